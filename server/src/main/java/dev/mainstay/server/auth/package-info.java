/// Who may call: API keys with a role in an organization.
///
/// ```text
/// Authorization: Bearer mst_<id>.<secret>
///   -> KeyToken (parsed) -> KeyCheck (looked up by id, held 4 s, secret compared in constant time) -> Caller -> Access
/// ```
///
/// Only the SHA-256 of a secret is stored; the secret has 256 random bits, so a slow hash would protect nothing more.
@NullMarked
package dev.mainstay.server.auth;

import org.jspecify.annotations.NullMarked;
