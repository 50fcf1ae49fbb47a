package io.nestcms.cms.project;

/**
 * What can be done with a project.
 *
 * @since 0.1
 */
public enum ProjectAction {
    /** Work begins. */
    START,
    /** Work rests. */
    HOLD,
    /** Work goes on. */
    RESUME,
    /** Work has ended; needs every step to be done. */
    COMPLETE,
    /** Ended before its time. */
    CANCEL
}
