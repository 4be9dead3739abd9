package dev.mainstay.server.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/// Finds out whether who waits for an answer has gone. Jetty reads nothing while a request is worked on, so that a
/// connection its client closed looks open until somebody reads from it. Stateless and thread-safe.
final class CallerProbe {
    private CallerProbe() {}

    /// Once the body was read. A client that sent its next request already is cut off too, since its first byte is read
    /// here; HTTP lets it send that again.
    static boolean isThere(HttpServletRequest request) {
        EndPoint endPoint = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        ByteBuffer next = BufferUtil.allocate(1);
        try {
            if (endPoint.isOpen() && endPoint.fill(next) == 0) {
                return true;
            }
        } catch (IOException e) {
            // Reset: gone as well.
        }
        endPoint.close();
        return false;
    }
}
