// From `terraform apply` to a tool that runs through the wrapper. A file with an answer of tf-helper takes its place, so
// that this needs no Python, and the Coder provider takes its values from the environment.

import { expect, it } from "bun:test";
import { spawnSync } from "node:child_process";
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdtempSync,
    readFileSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

// DER of the right form for the startup script; tf-helper is what checks real certificates.
const DER = Buffer.from([0x30, 0x82, 0x01, 0x00, ...new Uint8Array(256)]);
const CA_CERT = [
    "-----BEGIN CERTIFICATE-----",
    ...(DER.toString("base64").match(/.{1,64}/g) ?? []),
    "-----END CERTIFICATE-----\n",
].join("\n");
const TOKEN = "mock-session-token";
const SECONDS = 120;

function run(
    directory: string,
    command: string[],
    environment: Record<string, string> = {},
): string {
    const done = spawnSync(command[0], command.slice(1), {
        cwd: directory,
        env: { ...process.env, ...environment },
        encoding: "utf8",
    });
    expect(done.status, `${command[0]}: ${done.stdout}${done.stderr}`).toBe(0);
    return done.stdout;
}

function workspace() {
    const scratch = mkdtempSync(path.join(tmpdir(), "aibridge-proxy-"));
    const module = path.join(scratch, "module");
    cpSync(import.meta.dir, module, {
        recursive: true,
        filter: (file) =>
            !file.includes(".terraform") && !file.includes("tfstate"),
    });
    const certPath = path.join(scratch, "certs", "ca.pem");
    const bundlePath = path.join(scratch, "certs", "ca.bundle.pem");
    const wrapperPath = path.join(scratch, "ai-proxy");
    const answer = path.join(scratch, "answer.json");
    writeFileSync(
        answer,
        JSON.stringify({
            version: "1.0.0",
            agent_id: "agent",
            proxy_url: "http://127.0.0.1:9",
            cert_path: certPath,
            ca_bundle_path: bundlePath,
            wrapper_path: wrapperPath,
            access_url: "https://coder.example.com",
            client_env: JSON.stringify({ SSL_CERT_FILE: bundlePath }),
            warnings: "[]",
            ca_cert_pem: CA_CERT,
            ca_cert_sha256: "",
            ca_cert_subject: "",
            ca_cert_not_after: "",
            extra_ca_certs_pem: "",
        }),
    );
    const variables = path.join(module, "test.auto.tfvars.json");
    const settings = {
        agent_id: "agent",
        proxy_url: "http://127.0.0.1:9",
        cert_path: certPath,
        wrapper_path: wrapperPath,
        helper: ["cat", answer],
    };
    writeFileSync(variables, JSON.stringify(settings));
    run(module, ["terraform", "init", "-input=false"]);
    const apply = (environment: Record<string, string>) =>
        run(module, ["terraform", "apply", "-auto-approve", "-input=false"], {
            CODER_AGENT_URL: "https://coder.example.com",
            ...environment,
        });
    const script = () => {
        const state = JSON.parse(run(module, ["terraform", "show", "-json"]));
        return state.values.root_module.resources.find(
            (resource: { type: string }) => resource.type === "coder_script",
        ).values.script as string;
    };
    return {
        scratch,
        answer,
        apply,
        script,
        certPath,
        bundlePath,
        wrapperPath,
    };
}

it(
    "saves the certificate, the bundle and a wrapper that runs a tool",
    () => {
        const made = workspace();
        made.apply({ CODER_WORKSPACE_OWNER_SESSION_TOKEN: TOKEN });
        run(made.scratch, ["sh", "-c", made.script()]);
        expect(readFileSync(made.certPath, "utf8")).toBe(CA_CERT);
        expect(readFileSync(made.bundlePath, "utf8")).toContain(CA_CERT);
        expect(statSync(made.wrapperPath).mode & 0o777).toBe(0o700);

        const tool = path.join(made.scratch, "tool");
        writeFileSync(
            tool,
            '#!/bin/sh\necho "$HTTPS_PROXY $SSL_CERT_FILE $1"\n',
        );
        chmodSync(tool, 0o755);
        expect(run(made.scratch, [made.wrapperPath, tool, "hello"])).toBe(
            `http://coder:${TOKEN}@127.0.0.1:9 ${made.bundlePath} hello\n`,
        );
    },
    SECONDS * 1000,
);

it(
    "stops a workspace without tf-helper",
    () => {
        const made = workspace();
        run(made.scratch, ["rm", made.answer]);
        made.apply({ CODER_WORKSPACE_TRANSITION: "stop" });
        expect(made.script()).not.toContain(CA_CERT);
        expect(existsSync(made.wrapperPath)).toBe(false);
    },
    SECONDS * 1000,
);
