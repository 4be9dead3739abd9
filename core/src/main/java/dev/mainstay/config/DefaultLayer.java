package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;

/** The lowest layer of the settings: what a record's {@link Default}s say. Stateless and thread-safe. */
public final class DefaultLayer {
    private DefaultLayer() {}

    /** Every default of the record and its sections, with the origin {@code default}; not those inside lists and maps. */
    public static Branch of(Class<? extends Record> type) {
        Setting layer = Branch.empty(Origin.DEFAULT);
        for (var leaf : ConfigReference.leaves(type)) {
            var fallback = leaf.part().fallback();
            if (fallback != null && leaf.key().isFixed()) {
                var value = TextValue.of(leaf.part().type(), fallback, Origin.DEFAULT);
                layer = layer.overlay(Setting.at(leaf.key().text(), value));
            }
        }
        return (Branch) layer;
    }
}
