/** Encryption of single fields: {@link io.nestcms.crypto.FieldCipher} is the entry. */
@NullMarked
package io.nestcms.crypto;

import org.jspecify.annotations.NullMarked;
