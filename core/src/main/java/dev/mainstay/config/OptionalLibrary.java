package dev.mainstay.config;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;

/// Libraries that only some of those who embed need, and add then. Stateless and thread-safe.
public final class OptionalLibrary {
    private OptionalLibrary() {}

    /// Refuses to go on without one.
    ///
    /// @param who what needs it, such as `messages.transport redis`
    /// @param type one of its classes
    /// @throws MainstayException CONFIG_INVALID when it is not on the class path
    public static void require(String who, String type, String artifact) {
        try {
            Class.forName(type, false, OptionalLibrary.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID,
                    who + " needs the library " + artifact
                            + ", an optional dependency of mainstay-core: add it to the class path",
                    e);
        }
    }
}
