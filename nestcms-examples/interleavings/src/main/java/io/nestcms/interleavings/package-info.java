/** Two or three threads at one breaker or one bus, in all the interleavings that the machine will give. */
@org.jspecify.annotations.NullMarked
package io.nestcms.interleavings;
