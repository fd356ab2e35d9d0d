/* Containers: what they run, with which rights, and what lies open in their environment. */
#include "ingest/kubernetes/kubernetes.h"

/* ---- secrets in plain sight ---- */

static bool contains_nocase(cg_str s, const char *part)
{
    const size_t n = strlen(part);
    for (size_t i = 0; i + n <= s.length; i++)
        if (cg_str_eq_nocase((cg_str){ s.data + i, n }, (cg_str){ part, n }))
            return true;
    return false;
}

static bool ends_nocase(cg_str s, const char *end)
{
    const size_t n = strlen(end);
    return s.length >= n && cg_str_eq_nocase((cg_str){ s.data + s.length - n, n }, (cg_str){ end, n });
}

/* A value that is one by its form, whatever it is called. */
static bool secret_form(cg_str v)
{
    static const char *const starts[] = { "AKIA",  "ASIA",  "ghp_",     "gho_", "github_pat_", "glpat-",
                                          "xoxb-", "xoxp-", "sk_live_", "AIza", "eyJhbGci" };
    const size_t scheme = cg_str_find(v, CG_STR("://"), 0);

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (cg_str_starts(v, cg_str_from(starts[i])) && v.length >= 20)
            return true;
    if (cg_str_find(v, CG_STR("PRIVATE KEY-----"), 0) != SIZE_MAX)
        return true;
    if (scheme == SIZE_MAX)
        return false;
    /* scheme://user:password@host */
    const size_t at = cg_str_find(v, CG_STR("@"), scheme), colon = cg_str_find(v, CG_STR(":"), scheme + 3);
    return at != SIZE_MAX && colon != SIZE_MAX && colon < at && at > colon + 1 && cg_str_find(v, CG_STR("/"), scheme + 3) > at;
}

bool k8s_looks_secret(cg_str name, cg_str value)
{
    static const char *const words[] = { "PASSWORD", "PASSWD",     "PASSPHRASE",  "SECRET",         "TOKEN",      "APIKEY",
                                         "API_KEY",  "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL",     "VAULT_KEY",  "ENCRYPTION_KEY",
                                         "AUTH_KEY", "MASTER_KEY", "SIGNING_KEY", "CONNECTION_STR", "ACCOUNT_KEY" };
    static const char *const about[] = { "_FILE",   "_PATH",   "_DIR",      "_NAME",    "_URL",     "_URI",    "_ENDPOINT",
                                         "_HEADER", "_TTL",    "_ID",       "_TYPE",    "_ENABLED", "_EXPIRY", "_TIMEOUT",
                                         "_LENGTH", "_ISSUER", "_AUDIENCE", "_VERSION", "_ARN" };

    if (!value.data || value.length == 0)
        return false;
    if (secret_form(value))
        return true;
    if (value.data[0] == '/' || cg_str_starts(value, CG_STR("$(")) || k8s_one_of(value, "true false True False none None null changeme"))
        return false;
    for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
        if (ends_nocase(name, about[i]))
            return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (contains_nocase(name, words[i]))
            return true;
    return false;
}

/* Names of variables, and of those whose value is a secret; never a value. */
static void environment(k8s_ctx *c, const cg_tree *env)
{
    const uint32_t n = k8s_count(env);
    cg_str *names = n && c->rc >= 0 ? cg_arena_alloc(&c->arena, 3 * n * sizeof *names) : NULL;
    uint32_t n_names = 0, n_secret = 0, n_filled = 0;

    for (uint32_t i = 0; names && i < n; i++) {
        const cg_tree *one = env->list.items[i];
        const cg_str name = k8s_str(one, "name");
        if (!name.data)
            continue;
        names[n_names++] = name;
        if (k8s_looks_secret(name, k8s_str(one, "value")))
            names[n + n_secret++] = name;
        if (k8s_get(one, "valueFrom.secretKeyRef"))
            names[2 * n + n_filled++] = name;
    }
    if (names) {
        k8s_prop_texts(c, "env_names", names, n_names);
        k8s_prop_texts(c, "secret_env_names", names + n, n_secret);
        k8s_prop_texts(c, "env_names_from_secrets", names + 2 * n, n_filled);
        if (n_secret)
            k8s_prop_bool(c, "plaintextSecret", true);
    }
}

/* ---- images ---- */

static bool is_digest(cg_str s)
{
    if (s.length != 71 || !cg_str_starts(s, CG_STR("sha256:")))
        return false;
    for (size_t i = 7; i < 71; i++)
        if (!((s.data[i] >= '0' && s.data[i] <= '9') || (s.data[i] >= 'a' && s.data[i] <= 'f')))
            return false;
    return true;
}

/* "docker-pullable://host/repo@sha256:…" -> "host/repo@sha256:…" */
static cg_str without_scheme(cg_str s)
{
    const size_t at = s.data ? cg_str_find(s, CG_STR("://"), 0) : SIZE_MAX;
    return at == SIZE_MAX ? s : (cg_str){ s.data + at + 3, s.length - at - 3 };
}

static cg_str digest_of(cg_str reference)
{
    const char *at = reference.data ? memchr(reference.data, '@', reference.length) : NULL;
    const cg_str digest = at ? (cg_str){ at + 1, reference.length - (size_t)(at + 1 - reference.data) } : reference;
    return digest.data && is_digest(digest) ? digest : CG_STR_NULL;
}

/* Where the tag starts, or the end: the last colon behind the last slash. */
static size_t tag_at(cg_str reference)
{
    for (size_t i = reference.length; i-- > 0 && reference.data[i] != '/';)
        if (reference.data[i] == ':')
            return i;
    return reference.length;
}

static bool is_ecr(cg_str reference)
{
    return cg_str_find(reference, CG_STR(".dkr.ecr."), 0) != SIZE_MAX && cg_str_find(reference, CG_STR(".amazonaws.com"), 0) != SIZE_MAX;
}

cg_str k8s_image(k8s_ctx *c, cg_str reference, cg_str image_id)
{
    static const char *const labels[] = { "ContainerImage", "Image", NULL }, *const ecr[] = { "AWSECRImage", "ECRImage", "Image", NULL },
                             *const ecr_tag[] = { "AWSECRRepositoryImage", "ECRRepositoryImage", NULL };
    const cg_str pulled = without_scheme(image_id), back = c->id;
    cg_str digest = digest_of(pulled), plain = reference;

    if (!digest.data)
        digest = digest_of(reference);
    const char *at = plain.data ? memchr(plain.data, '@', plain.length) : NULL;
    if (at)
        plain.length = (size_t)(at - plain.data);
    const cg_str id = digest.data ? digest : reference;
    if (!id.data || c->rc < 0)
        return CG_STR_NULL;
    if (!k8s_once(c, k8s_text(c, "%.*s\n%.*s", CG_FMT(pulled), CG_FMT(reference))))
        return c->rc < 0 ? CG_STR_NULL : id;
    const bool in_ecr = is_ecr(reference.data ? reference : pulled);
    k8s_node(c, id, !in_ecr ? labels : digest.data ? ecr : ecr_tag);
    /* Known by its reference only, it gives way to the image that says which digest this is. */
    if (!digest.data && c->rc >= 0)
        cg_builder_set_standing(c->b, CG_STANDING_PARTIAL);
    k8s_prop_text(c, "id", id);
    k8s_prop_text(c, "digest", digest);
    if (plain.data) {
        const size_t tag = tag_at(plain);
        k8s_prop_text(c, "name", plain);
        k8s_prop_text(c, "uri", plain);
        k8s_prop_text(c, "repository_uri", (cg_str){ plain.data, tag });
        /* A version's tag stays what it is; "latest" is another image tomorrow. In ECR a tag is a node of its own. */
        if (!in_ecr && tag < plain.length && !cg_str_ends(plain, CG_STR(":latest")))
            k8s_alias(c, plain);
        if (digest.data)
            k8s_alias(c, k8s_text(c, "%.*s@%.*s", (int)tag, plain.data, CG_FMT(digest)));
    }
    if (digest.data && pulled.length > digest.length)
        k8s_alias(c, pulled);
    k8s_node_end(c, false);
    c->id = back;
    return id;
}

/* ---- the container ---- */

static const k8s_field container_fields[] = {
    { "image", "image", K8S_AS_IS },
    { "image_pull_policy", "imagePullPolicy", K8S_AS_IS },
    { "memory_request", "resources.requests.memory", K8S_TEXT },
    { "cpu_request", "resources.requests.cpu", K8S_TEXT },
    { "memory_limit", "resources.limits.memory", K8S_TEXT },
    { "cpu_limit", "resources.limits.cpu", K8S_TEXT },
    { "allow_privilege_escalation", "securityContext.allowPrivilegeEscalation", K8S_AS_IS },
    { "added_capabilities", "securityContext.capabilities.add", K8S_AS_IS },
    { "dropped_capabilities", "securityContext.capabilities.drop", K8S_AS_IS },
    { "read_only_root_filesystem", "securityContext.readOnlyRootFilesystem", K8S_AS_IS },
    { "proc_mount", "securityContext.procMount", K8S_AS_IS },
    { "container_ports", "ports", K8S_JSON },
    { 0 },
};
static const k8s_field status_fields[] = {
    { "status_image_id", "imageID", K8S_AS_IS },
    { "status_ready", "ready", K8S_AS_IS },
    { "status_started", "started", K8S_AS_IS },
    { 0 },
};

static const cg_tree *status_of(const k8s_pod *p, cg_str name)
{
    static const char *const lists[] = { "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses" };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const cg_tree *list = k8s_list(p->status, lists[i]);
        for (uint32_t j = 0; j < k8s_count(list); j++)
            if (cg_str_eq(k8s_str(list->list.items[j], "name"), name))
                return list->list.items[j];
    }
    return NULL;
}

static void status(k8s_ctx *c, const cg_tree *found)
{
    const cg_tree *state = k8s_get(found, "state");
    const cg_str image = without_scheme(k8s_str(found, "imageID"));

    k8s_fields(c, found, status_fields);
    k8s_prop_text(c, "status_image_sha", digest_of(image));
    if (state && state->type == CG_TREE_MAP && state->map.count)
        k8s_prop_text(c, "status_state", state->map.keys[0]);
}

/* The container's word, else the pod's. */
static void inherited(k8s_ctx *c, const k8s_pod *p, const cg_tree *spec, const char *key, const char *path)
{
    const cg_tree *own = k8s_get(spec, path);
    k8s_prop_tree(c, key, own ? own : k8s_get(p->spec, path), K8S_AS_IS);
}

static bool has_capability(const cg_tree *added, const char *name)
{
    for (uint32_t i = 0; i < k8s_count(added); i++) {
        cg_str one = k8s_str(added->list.items[i], "");
        if (one.length > 4 && cg_str_eq_nocase((cg_str){ one.data, 4 }, CG_STR("CAP_")))
            one = (cg_str){ one.data + 4, one.length - 4 };
        if (cg_str_eq_nocase(one, cg_str_from(name)) || cg_str_eq_nocase(one, CG_STR("ALL")))
            return true;
    }
    return false;
}

static void rights(k8s_ctx *c, const k8s_pod *p, const cg_tree *spec)
{
    const cg_tree *added = k8s_list(spec, "securityContext.capabilities.add"), *user = k8s_get(spec, "securityContext.runAsUser"),
                  *escalate = k8s_get(spec, "securityContext.allowPrivilegeEscalation");

    inherited(c, p, spec, "run_as_user", "securityContext.runAsUser");
    inherited(c, p, spec, "run_as_non_root", "securityContext.runAsNonRoot");
    inherited(c, p, spec, "seccomp_profile_type", "securityContext.seccompProfile.type");
    inherited(c, p, spec, "apparmor_profile_type", "securityContext.appArmorProfile.type");
    if (!user)
        user = k8s_get(p->spec, "securityContext.runAsUser");
    /* Not said is what the image says, which most leave at root. */
    k8s_prop_int(c, "runAsUser", user && user->type == CG_TREE_INT ? user->integer : 0);
    k8s_prop_bool(c, "privileged", k8s_true(spec, "securityContext.privileged"));
    k8s_prop_bool(c, "privesc", escalate && escalate->type == CG_TREE_BOOL && escalate->boolean);
    k8s_prop_bool(c, "hostPid", k8s_true(p->spec, "hostPID"));
    k8s_prop_bool(c, "hostIpc", k8s_true(p->spec, "hostIPC"));
    k8s_prop_bool(c, "hostNetwork", k8s_true(p->spec, "hostNetwork"));
    k8s_prop_bool(c, "shareProcessNamespace", k8s_true(p->spec, "shareProcessNamespace"));
    k8s_prop_tree(c, "capabilities", added, K8S_AS_IS);
    k8s_prop_bool(c, "cap_sys_module", has_capability(added, "SYS_MODULE"));
    k8s_prop_bool(c, "cap_sys_ptrace", has_capability(added, "SYS_PTRACE"));
    k8s_prop_bool(c, "cap_sys_admin", has_capability(added, "SYS_ADMIN"));
}

static void ports(k8s_ctx *c, const cg_tree *list)
{
    static const struct {
        const char *member, *property;
    } kinds[] = { { "containerPort", "container_port_numbers" }, { "hostPort", "host_ports" } };

    for (size_t k = 0; k < 2 && c->rc >= 0; k++) {
        const uint32_t n = k8s_count(list);
        cg_list *numbers = n ? cg_arena_alloc(&c->arena, sizeof *numbers + n * sizeof numbers->items[0]) : NULL;
        if (!numbers)
            continue;
        numbers->count = 0;
        for (uint32_t i = 0; i < n; i++) {
            const cg_tree *port = k8s_get(list->list.items[i], kinds[k].member);
            if (port && port->type == CG_TREE_INT && port->integer > 0 && port->integer < 65536)
                numbers->items[numbers->count++] = cg_v_int(port->integer);
        }
        if (numbers->count)
            k8s_prop(c, kinds[k].property, (cg_value){ .type = CG_LIST, .list = numbers });
    }
}

/* A port somebody in the cluster, or on the host's network, can knock at. */
static void port_endpoints(k8s_ctx *c, const k8s_pod *p, cg_str container, const cg_tree *list)
{
    static const char *const labels[] = { "KubernetesEndpoint", "Endpoint", NULL };

    for (uint32_t i = 0; i < k8s_count(list) && c->rc >= 0; i++) {
        const cg_tree *one = list->list.items[i], *port = k8s_get(one, "containerPort"), *host = k8s_get(one, "hostPort");
        cg_str name = k8s_str(one, "name"), protocol = k8s_str(one, "protocol");
        if (!port || port->type != CG_TREE_INT)
            continue;
        if (!protocol.data)
            protocol = CG_STR("TCP");
        const cg_str number = k8s_text(c, "%lld", (long long)port->integer);
        const cg_str id = k8s_text(c, "%.*s/Endpoint/%.*s/%.*s", CG_FMT(container), CG_FMT(number), CG_FMT(protocol));
        const bool on_host = host && host->type == CG_TREE_INT && host->integer > 0;
        k8s_node(c, id, labels);
        k8s_prop_text(c, "name", k8s_text(c, "%.*s::%.*s::%.*s::%.*s", CG_FMT(c->ns), CG_FMT(p->name), CG_FMT(protocol), CG_FMT(number)));
        k8s_prop_text(c, "namespace", c->ns);
        k8s_prop_text(c, "cluster_name", c->cluster);
        k8s_prop_bool(c, "isNamespaced", true);
        k8s_prop_text(c, "serviceEndpoint", name.data ? name : number);
        k8s_prop_text(c, "portName", name);
        k8s_prop_text(c, "protocol", protocol);
        k8s_prop_int(c, "port", on_host ? host->integer : port->integer);
        k8s_prop_text(c, "exposure", on_host ? CG_STR("NodeIP") : CG_STR("ClusterIP"));
        k8s_node_end(c, false);
        k8s_edge(c, id, "TARGETS", container, NULL);
    }
}

void k8s_container(k8s_ctx *c, const k8s_pod *p, const cg_tree *spec, const char *role)
{
    static const char *const live[] = { "KubernetesContainer", "Container", NULL }, *const planned[] = { "KubernetesContainerTemplate",
                                                                                                         NULL };
    const cg_str name = k8s_str(spec, "name"), id = k8s_text(c, "%.*s/Container/%.*s", CG_FMT(p->id), CG_FMT(name));
    const cg_tree *found = status_of(p, name);

    k8s_node(c, id, p->template ? planned : live);
    k8s_prop_text(c, "id", id);
    k8s_prop_text(c, "name", name);
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "isNamespaced", true);
    k8s_prop_text(c, "pod", p->name);
    k8s_prop_text(c, "node", k8s_str(p->spec, "nodeName"));
    k8s_prop_text(c, "container_type", cg_str_from(role));
    k8s_fields(c, spec, container_fields);
    ports(c, k8s_list(spec, "ports"));
    rights(c, p, spec);
    environment(c, k8s_list(spec, "env"));
    if (found)
        status(c, found);
    k8s_node_end(c, true);
    k8s_edge(c, p->id, "CONTAINS", id, NULL);
    k8s_edge(c, k8s_id(c, CG_STR_NULL, "Namespace", c->ns), "CONTAINS", id, NULL);
    k8s_edge(c, id, "WORKLOAD_PARENT", p->id, NULL);
    const cg_str image = k8s_image(c, k8s_str(spec, "image"), k8s_str(found, "imageID"));
    k8s_edge(c, id, "HAS_IMAGE", image, NULL);
    if (!p->template)
        port_endpoints(c, p, id, k8s_list(spec, "ports"));
    c->id = id;
}
