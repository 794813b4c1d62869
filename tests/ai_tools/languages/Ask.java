import java.io.FileInputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Sends a prompt by Java's standard library: Ask.java [proxy]. */
class Ask {
    static final String PROMPT = """
            {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}""";

    public static void main(String[] arguments) throws Exception {
        // By default Java does not send a password to a proxy for a tunnel.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        var request = HttpRequest.newBuilder(URI.create("https://api.anthropic.com/v1/messages"))
                .header("Content-Type", "application/json")
                .header("X-Api-Key", System.getenv("ANTHROPIC_API_KEY"))
                .POST(HttpRequest.BodyPublishers.ofString(PROMPT))
                .build();
        var client = arguments.length > 0 ? throughProxy() : HttpClient.newHttpClient();
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    static HttpClient throughProxy() throws Exception {
        var proxy = URI.create(System.getenv("HTTPS_PROXY"));
        var userinfo = proxy.getUserInfo().split(":", 2);
        var authenticator = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(userinfo[0], userinfo[1].toCharArray());
            }
        };
        return HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
                .authenticator(authenticator)
                .sslContext(trusting(System.getenv("SSL_CERT_FILE")))
                .build();
    }

    static SSLContext trusting(String bundle) throws Exception {
        var roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (var file = new FileInputStream(bundle)) {
            for (var root : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                roots.setCertificateEntry("root-" + roots.size(), root);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
