package io.nestcms.shop;

import io.nestcms.jakarta.PayTabsResource;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.servlet.ServletContainer;

/** The shop, on Weld, Jersey and Tomcat. In an application server all but {@link Checkout} and {@link Receipts} falls away. */
public final class Shop implements AutoCloseable {
    private final SeContainer beans;
    private final Tomcat tomcat;

    private Shop(SeContainer beans, Tomcat tomcat) {
        this.beans = beans;
        this.tomcat = tomcat;
    }

    /**
     * Starts it: first what takes payments, then what hears of them.
     *
     * @param port where it listens
     * @return running
     * @throws IOException if there is no folder for its temporary files
     * @throws LifecycleException if it cannot listen
     */
    public static Shop start(int port) throws IOException, LifecycleException {
        Path folder = Files.createTempDirectory("nestcms-shop");
        SeContainer beans = SeContainerInitializer.newInstance().initialize();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(port);
        Context context = tomcat.addContext("", folder.toString());
        ResourceConfig rest = new ResourceConfig()
                .register(beans.select(PayTabsResource.class).get())
                .register(beans.select(Checkout.class).get())
                .property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
        Tomcat.addServlet(context, "rest", new ServletContainer(rest));
        context.addServletMappingDecoded("/*", "rest");
        tomcat.getConnector();
        tomcat.start();
        return new Shop(beans, tomcat);
    }

    /**
     * Its beans.
     *
     * @return until it is closed
     */
    SeContainer beans() {
        return beans;
    }

    /** Stops listening, then ends what goes on. */
    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
        beans.close();
    }

    /**
     * Runs the shop on port 8080.
     *
     * @param arguments none
     * @throws Exception if it does not start
     */
    public static void main(String[] arguments) throws Exception {
        start(8080);
    }
}
