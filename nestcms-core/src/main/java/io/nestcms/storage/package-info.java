/**
 * Files: {@link io.nestcms.storage.FileStorage} is the port; {@link io.nestcms.storage.DiskStorage} and {@link
 * io.nestcms.storage.S3Storage} keep them, {@link io.nestcms.storage.GuardedStorage} puts either behind a breaker.
 */
@NullMarked
package io.nestcms.storage;

import org.jspecify.annotations.NullMarked;
