/** The rules of the repository as tests. */
package io.nestcms.conformance;
