/* What the internet reaches in a cluster. */
#ifndef CG_ACCESS_KUBERNETES_NETWORK_H
#define CG_ACCESS_KUBERNETES_NETWORK_H

#include "access/kubernetes.h"
#include "base/net.h"

typedef enum { KUBE_NO, KUBE_MAYBE, KUBE_YES } kube_answer;
/* Whose address a packet carries when it arrives at the pod: the client's, a node's, a pod's (of an ingress controller). */
typedef enum { KUBE_FROM_OUTSIDE, KUBE_FROM_NODE, KUBE_FROM_INSIDE } kube_source;

typedef struct kube_port {
    int64_t number; /* of the container; -1 = known by name only */
    cg_str name, protocol;
} kube_port;
/* A pod that takes traffic from outside. */
typedef struct kube_front {
    uint32_t ns;
    const cg_tree *labels, *space_labels;
} kube_front;

typedef struct kube_exposed_port {
    cg_node pod;
    cg_str text;
} kube_exposed_port;

typedef struct kube_network {
    kube_estate *k;
    cg_node internet;
    uint32_t cluster;    /* at hand */
    const cg_ip *inside; /* addresses of its nodes */
    uint32_t n_inside;
    bool public_nodes, known_nodes;
    kube_front *fronts;
    uint32_t n_fronts;
    bool collecting; /* the first round: services; pods found become fronts */
    CG_VEC(kube_front) found;
    CG_VEC(kube_exposed_port) ports;
} kube_network;

int32_t kube_permitted(kube_network *x, cg_node pod, uint32_t ns, const kube_port *p, kube_source source, kube_answer *out);

#endif
