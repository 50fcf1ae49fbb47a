/** How every part tells of what other people's code threw; not exported. */
@org.jspecify.annotations.NullMarked
package io.nestcms.report;
