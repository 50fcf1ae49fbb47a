package io.nestcms.cms.user;

import io.nestcms.cms.user.contract.UserStoreContract;

class InMemoryUserStoreTest extends UserStoreContract {
    private final UserStore store = InMemoryUserStore.create();

    @Override
    protected UserStore store() {
        return store;
    }
}
