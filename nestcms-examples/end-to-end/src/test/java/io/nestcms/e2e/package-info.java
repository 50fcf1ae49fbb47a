/** The reference server as a whole: over real HTTP, with the sandbox and the embedded store, and in a browser. */
package io.nestcms.e2e;
