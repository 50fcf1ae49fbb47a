/**
 * Articles: drafts, publication, earlier versions and search. {@link io.nestcms.cms.article.Articles} is the entry.
 */
@NullMarked
package io.nestcms.cms.article;

import org.jspecify.annotations.NullMarked;
