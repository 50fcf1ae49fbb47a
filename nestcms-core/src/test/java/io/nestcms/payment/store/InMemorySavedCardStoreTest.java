package io.nestcms.payment.store;

import io.nestcms.payment.contract.SavedCardStoreContract;

class InMemorySavedCardStoreTest extends SavedCardStoreContract {
    private final SavedCardStore store = new InMemorySavedCardStore();

    @Override
    protected SavedCardStore store() {
        return store;
    }
}
