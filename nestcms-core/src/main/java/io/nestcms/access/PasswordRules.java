package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Which passwords are taken: 8 to 128 characters of any kind, none of the most common ones, and none that holds the user's own
 * name. Nothing is asked of the kinds of characters, since that makes passwords worse.
 *
 * <p>The common ones are a list in this module: 11,611 of the 30,000 most common passwords, those of 8 characters and more, from
 * zxcvbn (MIT License); the others are too short. Upper and lower case are not told apart.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PasswordRules {
    private static final int SHORTEST = 8;
    private static final int LONGEST = 128;
    private static final int SHORTEST_WORD = 4;

    private final Set<String> common;

    private PasswordRules(Set<String> common) {
        this.common = common;
    }

    /**
     * The rules, with the list read from this module.
     *
     * @return rules; make them once
     */
    public static PasswordRules standard() {
        return new PasswordRules(Set.copyOf(read()));
    }

    private static Set<String> read() {
        try (InputStream in = PasswordRules.class.getResourceAsStream("common-passwords.txt")) {
            if (in == null) {
                throw new IllegalStateException("the list of common passwords is missing from the jar");
            }
            Set<String> list = new HashSet<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("# ")) {
                    list.add(line);
                }
            }
            return list;
        } catch (IOException broken) {
            throw new UncheckedIOException("the list of common passwords cannot be read", broken);
        }
    }

    /**
     * Refuses what is no good password.
     *
     * @param password what the user chose
     * @param own what others know of the user: user name, address; words of fewer than four characters do not count
     * @throws InvalidInputException if it is too short, too long, no text, among the most common ones, or holds one of the words
     */
    public void check(String password, Collection<String> own) {
        int length = password.codePointCount(0, password.length());
        if (length < SHORTEST || length > LONGEST) {
            throw refused("has " + length + " characters", SHORTEST + " to " + LONGEST);
        }
        if (password.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE || c == 0)) {
            throw refused("is no text", "whole characters, no NUL");
        }
        String plain = fold(password);
        if (common.contains(plain)) {
            throw refused("is one of the most common ones", "one that others do not have");
        }
        for (String word : own) {
            String known = fold(word.contains("@") ? word.substring(0, word.indexOf('@')) : word);
            if (known.length() >= SHORTEST_WORD && plain.contains(known)) {
                throw refused("holds the user's name or address", "one that cannot be guessed from them");
            }
        }
    }

    private static InvalidInputException refused(String problem, String rule) {
        return new InvalidInputException("password", problem, rule);
    }

    private static String fold(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }
}
