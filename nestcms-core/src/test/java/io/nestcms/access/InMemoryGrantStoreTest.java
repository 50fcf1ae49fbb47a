package io.nestcms.access;

import io.nestcms.access.contract.GrantStoreContract;

class InMemoryGrantStoreTest extends GrantStoreContract {
    private final GrantStore store = InMemoryGrantStore.create();

    @Override
    protected GrantStore store() {
        return store;
    }
}
