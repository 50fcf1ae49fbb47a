package io.nestcms.cms.article;

/**
 * What can be done with an article.
 *
 * @since 0.1
 */
public enum ArticleAction {
    /** Everybody may read it. */
    PUBLISH,
    /** It is a draft again. */
    WITHDRAW,
    /** It is put away. */
    ARCHIVE
}
