package io.nestcms.cms.article;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an article is found by, for whoever writes a store. A term is a word behind a letter that says where it stands first: {@code A}
 * in the title, {@code B} among the tags, {@code C} in the summary, {@code D} in the text. An article is found when it has each
 * word of the question, and the better the places, the higher it stands.
 *
 * @since 0.1
 */
public final class ArticleTerms {
    /** The places, the best one first. */
    public static final List<String> PLACES = List.of("A", "B", "C", "D");

    /** So many of an article's words are looked at; those of the end of a long text are not found. */
    private static final int MOST_WORDS = 20_000;

    private static final int MOST_TERMS = 1_000;
    private static final int MOST_ASKED = 8;
    private static final Map<String, Integer> WEIGHTS = Map.of("A", 8, "B", 5, "C", 3, "D", 1);

    private ArticleTerms() {}

    static List<String> of(ArticleContent content, String text) {
        Map<String, String> places = new LinkedHashMap<>();
        add(places, "A", content.title());
        add(places, "B", String.join(" ", content.tags()));
        add(places, "C", content.summary());
        add(places, "D", text);
        return places.entrySet().stream()
                .limit(MOST_TERMS)
                .map(place -> place.getValue() + place.getKey())
                .toList();
    }

    private static void add(Map<String, String> places, String place, String text) {
        Words.of(text, MOST_WORDS).forEach(word -> places.putIfAbsent(word, place));
    }

    /**
     * The words of a question.
     *
     * @param question as somebody typed it
     * @return up to 8 words, each once; none when it holds none
     */
    public static List<String> asked(String question) {
        List<String> words = new ArrayList<>();
        for (String word : Words.of(question, 4 * MOST_ASKED)) {
            if (!words.contains(word) && words.size() < MOST_ASKED) {
                words.add(word);
            }
        }
        return List.copyOf(words);
    }

    /**
     * How well an article answers.
     *
     * @param terms the article's terms
     * @param words the words of the question
     * @return the higher the better; 0 when a word is missing
     */
    public static int score(Set<String> terms, List<String> words) {
        int score = 0;
        for (String word : words) {
            int best = 0;
            for (String place : PLACES) {
                if (terms.contains(place + word)) {
                    best = WEIGHTS.getOrDefault(place, 0);
                    break;
                }
            }
            if (best == 0) {
                return 0;
            }
            score += best;
        }
        return score;
    }
}
