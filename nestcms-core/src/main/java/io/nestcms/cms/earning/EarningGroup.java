package io.nestcms.cms.earning;

/**
 * For whom earnings are told.
 *
 * @since 0.1
 */
public enum EarningGroup {
    /** For each employee, by the shares in the contracts. */
    EMPLOYEE,
    /** For each project; contracts without one are left out. */
    PROJECT,
    /** For each organisation. */
    ORGANISATION
}
