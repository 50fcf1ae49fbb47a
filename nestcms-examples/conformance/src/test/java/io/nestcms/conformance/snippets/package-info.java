/** The Java snippets of the documents, compiled and run. */
package io.nestcms.conformance.snippets;
