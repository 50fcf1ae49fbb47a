/** The sandbox as a JUnit extension: {@link io.nestcms.sandbox.junit.SandboxExtension}. Needs junit-jupiter-api. */
@NullMarked
package io.nestcms.sandbox.junit;

import org.jspecify.annotations.NullMarked;
