package io.nestcms.cms.article;

/**
 * Decides what of the HTML that people send in is kept: a port.
 *
 * <p>Implementations are safe for use by many threads, and cleaning what is clean changes nothing.
 *
 * @since 0.1
 */
public interface HtmlCleaner {
    /**
     * Takes out everything that could run, load or send something in a reader's browser.
     *
     * @param html from anybody
     * @return safe to put into a page; may be empty
     */
    String clean(String html);

    /**
     * The words of an HTML text.
     *
     * @param html a text
     * @return without any markup
     */
    String text(String html);
}
