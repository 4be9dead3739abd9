package dev.mainstay.slo;

import dev.mainstay.postgres.Database;
import java.util.Collection;
import java.util.UUID;

/// SLOs that code and settings declare: the same after every start. One that is declared no more goes, with what was
/// counted of it; what stays is counted on. Thread-safe.
public final class DeclaredSlos {
    private final Database database;
    private final UUID organization;
    private final SloStore store = new SloStore();

    public DeclaredSlos(Database database, UUID organization) {
        this.database = database;
        this.organization = organization;
    }

    /// Makes the declared SLOs of this organization these. One that was made by a request and is
    /// declared now belongs to the declaration.
    public void declare(Collection<Slo> declared) {
        database.write(handle -> {
            declared.forEach(slo -> store.put(handle, organization, slo, "file"));
            return store.retire(
                    handle, organization, declared.stream().map(Slo::name).toList(), "file");
        });
    }
}
