package io.nestcms.webhook;

/**
 * What a sender signs with: a {@linkplain SigningSecret shared secret} or an {@linkplain Ed25519SigningKey Ed25519 key}.
 *
 * @since 0.1
 */
public sealed interface SigningKey permits SigningSecret, Ed25519SigningKey {}
