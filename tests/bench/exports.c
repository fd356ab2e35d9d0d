#include "exports.h"

#include <inttypes.h>

/* Small, and the same on every machine. */
static uint32_t mix(uint64_t n)
{
    n = (n + UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xBF58476D1CE4E5B9);
    n ^= n >> 27;
    n *= UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(n >> 32);
}

static bool more(FILE *out, uint64_t bytes)
{
    return (uint64_t)ftell(out) < bytes;
}

/* ---- AWS ---- */

#define ACCOUNT "111122223333"
#define REGION "eu-central-1"

static void instance(FILE *out, uint32_t n)
{
    fprintf(out,
            "{\"AmiLaunchIndex\":0,\"ImageId\":\"ami-%017" PRIx32 "\",\"InstanceId\":\"i-%017" PRIx32
            "\",\"InstanceType\":\"m5.%s\",\"KeyName\":"
            "\"key-%u\",\"LaunchTime\":\"2026-05-%02uT07:11:%02u+00:00\",\"Monitoring\":{\"State\":\"disabled\"},\"Placement\":{"
            "\"AvailabilityZone\":\"" REGION "%c\",\"GroupName\":\"\",\"Tenancy\":\"default\"},\"PrivateDnsName\":\"ip-10-%u-%u-%u." REGION
            ".compute.internal\",\"PrivateIpAddress\":\"10.%u.%u.%u\",\"ProductCodes\":[],\"PublicDnsName\":\"\",\"State\":{\"Code\":16,"
            "\"Name\":"
            "\"running\"},\"StateTransitionReason\":\"\",\"SubnetId\":\"subnet-%017" PRIx32 "\",\"VpcId\":\"vpc-%017" PRIx32 "\",",
            mix(n) % 64, n, n % 3 ? "large" : "xlarge", n % 40, n % 28 + 1, n % 60, 'a' + n % 3, n >> 16 & 255, n >> 8 & 255, n & 255,
            n >> 16 & 255, n >> 8 & 255, n & 255, n % 300, n % 30);
    fprintf(out,
            "\"Architecture\":\"x86_64\",\"BlockDeviceMappings\":[{\"DeviceName\":\"/dev/"
            "xvda\",\"Ebs\":{\"AttachTime\":\"2026-05-01T07:11:05+00:00\","
            "\"DeleteOnTermination\":true,\"Status\":\"attached\",\"VolumeId\":\"vol-%017" PRIx32 "\"}}],\"ClientToken\":\"%08" PRIx32
            "-%08" PRIx32
            "\",\"EbsOptimized\":true,\"EnaSupport\":true,\"Hypervisor\":\"xen\",\"IamInstanceProfile\":{\"Arn\":\"arn:aws:iam::" ACCOUNT
            ":instance-profile/"
            "app-%u\",\"Id\":\"AIPA%016u\"},\"NetworkInterfaces\":[{\"Attachment\":{\"AttachTime\":\"2026-05-01T07:11:05+00:00\","
            "\"AttachmentId\":\"eni-attach-%017" PRIx32
            "\",\"DeleteOnTermination\":true,\"DeviceIndex\":0,\"Status\":\"attached\",\"NetworkCardIndex\":0}"
            ",\"Description\":\"\",\"Groups\":[{\"GroupName\":\"web\",\"GroupId\":\"sg-%017" PRIx32
            "\"}],\"Ipv6Addresses\":[],\"MacAddress\":"
            "\"02:aa:bb:%02x:%02x:%02x\",\"NetworkInterfaceId\":\"eni-%017" PRIx32 "\",\"OwnerId\":\"" ACCOUNT "\",",
            n, mix(n), mix(n + 1), n % 200, n % 200, n, n % 400, n >> 16 & 255, n >> 8 & 255, n & 255, n);
    fprintf(
        out,
        "\"PrivateIpAddress\":\"10.%u.%u.%u\",\"PrivateIpAddresses\":[{\"Primary\":true,\"PrivateIpAddress\":\"10.%u.%u.%u\"}],"
        "\"SourceDestCheck\":true,"
        "\"Status\":\"in-use\",\"SubnetId\":\"subnet-%017" PRIx32 "\",\"VpcId\":\"vpc-%017" PRIx32 "\",\"InterfaceType\":\"interface\"}],"
        "\"RootDeviceName\":\"/dev/"
        "xvda\",\"RootDeviceType\":\"ebs\",\"SecurityGroups\":[{\"GroupName\":\"web\",\"GroupId\":\"sg-%017" PRIx32
        "\"}],\"SourceDestCheck\":true,\"Tags\":[{\"Key\":\"Name\",\"Value\":\"app-%u\"},{\"Key\":\"team\",\"Value\":\"t%u\"},{\"Key\":"
        "\"env\","
        "\"Value\":\"prod\"}],\"VirtualizationType\":\"hvm\",\"CpuOptions\":{\"CoreCount\":2,\"ThreadsPerCore\":2},\"HibernationOptions\":{"
        "\"Configured\":false},\"MetadataOptions\":{\"State\":\"applied\",\"HttpTokens\":\"required\",\"HttpPutResponseHopLimit\":1,"
        "\"HttpEndpoint\":\"enabled\"},\"EnclaveOptions\":{\"Enabled\":false}}",
        n >> 16 & 255, n >> 8 & 255, n & 255, n >> 16 & 255, n >> 8 & 255, n & 255, n % 300, n % 30, n % 400, n, n % 50);
}

static uint32_t write_aws(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    fputs("{\"Reservations\":[", out);
    for (; more(out, bytes); n++) {
        fprintf(out, "%s{\"Groups\":[],\"OwnerId\":\"" ACCOUNT "\",\"ReservationId\":\"r-%017" PRIx32 "\",\"Instances\":[", n ? "," : "",
                n);
        instance(out, n);
        fputs("]}", out);
    }
    fputs("]}\n", out);
    return n;
}

static void role(FILE *out, uint32_t n)
{
    fprintf(out,
            "{\"Path\":\"/\",\"RoleName\":\"role-%u\",\"RoleId\":\"AROA%016u\",\"Arn\":\"arn:aws:iam::" ACCOUNT
            ":role/role-%u\",\"CreateDate\":"
            "\"2026-05-01T07:11:05+00:00\",\"AssumeRolePolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            "\"Principal\":{"
            "\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam:"
            ":" ACCOUNT ":role/"
            "role-%u\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"e%u\"}}}]},"
            "\"InstanceProfileList\":[],"
            "\"RolePolicyList\":[{\"PolicyName\":\"data\",\"PolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Read\","
            "\"Effect\":"
            "\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:ListBucket\"],\"Resource\":[\"arn:aws:s3:::data-%u\",\"arn:aws:s3:::data-%u/"
            "*\"]},{\"Sid\":"
            "\"No\",\"Effect\":\"Deny\",\"Action\":\"s3:DeleteObject\",\"Resource\":\"*\"}]}}],\"AttachedManagedPolicies\":[{"
            "\"PolicyName\":\"base\","
            "\"PolicyArn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"}],\"Tags\":[{\"Key\":\"team\",\"Value\":\"t%u\"}],\"RoleLastUsed\":{"
            "\"LastUsedDate\":\"2026-05-01T07:11:05+00:00\",\"Region\":\"" REGION "\"}}",
            n, n, n, mix(n) % (n + 1), n, n % 900, n % 900, n % 50);
}

static uint32_t write_gaad(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    fputs("{\"UserDetailList\":[],\"GroupDetailList\":[],\"RoleDetailList\":[", out);
    for (; more(out, bytes); n++) {
        fputs(n ? "," : "", out);
        role(out, n);
    }
    fputs("],\"Policies\":[]}\n", out);
    return n;
}

static uint32_t write_config(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    fputs("{\"fileVersion\":\"1.0\",\"configSnapshotId\":\"s\",\"configurationItems\":[", out);
    for (; more(out, bytes); n++) {
        fprintf(
            out,
            "%s{\"configurationItemVersion\":\"1.3\",\"configurationItemCaptureTime\":\"2026-05-01T07:11:05.000Z\","
            "\"configurationItemStatus\":"
            "\"ResourceDiscovered\",\"awsAccountId\":\"" ACCOUNT
            "\",\"resourceType\":\"AWS::EC2::SecurityGroup\",\"resourceId\":\"sg-%017" PRIx32
            "\",\"resourceName\":\"web-%u\",\"ARN\":\"arn:aws:ec2:" REGION ":" ACCOUNT ":security-group/sg-%017" PRIx32
            "\",\"awsRegion\":\"" REGION "\",\"availabilityZone\":\"Not Applicable\",\"tags\":{\"team\":\"t%u\"},\"relatedEvents\":[],"
            "\"relationships\":[{\"resourceType\":\"AWS::EC2::VPC\",\"resourceId\":\"vpc-%017" PRIx32
            "\",\"relationshipName\":\"Is contained in Vpc\"}],\"configuration\":{\"description\":\"web servers\",\"groupName\":\"web-%u\","
            "\"ipPermissions\":[{\"fromPort\":443,\"ipProtocol\":\"tcp\",\"ipv6Ranges\":[],\"prefixListIds\":[],\"toPort\":443,"
            "\"userIdGroupPairs\":[],\"ipv4Ranges\":[{\"cidrIp\":\"10.%u.0.0/16\"}],\"ipRanges\":[\"10.%u.0.0/"
            "16\"]}],\"ownerId\":\"" ACCOUNT "\",\"groupId\":\"sg-%017" PRIx32
            "\",\"ipPermissionsEgress\":[{\"ipProtocol\":\"-1\",\"ipv6Ranges\":[],\"prefixListIds\":[],"
            "\"userIdGroupPairs\":[],\"ipv4Ranges\":[{\"cidrIp\":\"0.0.0.0/0\"}],\"ipRanges\":[\"0.0.0.0/"
            "0\"]}],\"tags\":[{\"key\":\"team\","
            "\"value\":\"t%u\"}],\"vpcId\":\"vpc-%017" PRIx32 "\"},\"supplementaryConfiguration\":{}}",
            n ? "," : "", n, n, n, n % 50, n % 30, n, n & 255, n & 255, n, n % 50, n % 30);
    }
    fputs("]}\n", out);
    return n;
}

static uint32_t write_terraform(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    fputs("{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\",\"values\":{\"root_module\":{\"resources\":[", out);
    for (; more(out, bytes); n++)
        fprintf(
            out,
            "%s{\"address\":\"aws_iam_role.r[%u]\",\"mode\":\"managed\",\"type\":\"aws_iam_role\",\"name\":\"r\",\"index\":%u,\"provider_"
            "name\":"
            "\"registry.terraform.io/hashicorp/aws\",\"schema_version\":0,\"values\":{\"arn\":\"arn:aws:iam::" ACCOUNT ":role/"
            "role-%u\",\"assume_role_policy\":\"{\\\"Statement\\\":[{\\\"Action\\\":\\\"sts:AssumeRole\\\",\\\"Effect\\\":\\\"Allow\\\","
            "\\\"Principal\\\":{\\\"Service\\\":\\\"ec2.amazonaws.com\\\"}}],\\\"Version\\\":\\\"2012-10-17\\\"}\",\"create_date\":"
            "\"2026-05-01T07:11:05Z\",\"description\":\"\",\"force_detach_policies\":false,\"id\":\"role-%u\",\"inline_policy\":[{\"name\":"
            "\"data\","
            "\"policy\":\"{\\\"Statement\\\":[{\\\"Action\\\":[\\\"s3:GetObject\\\"],\\\"Effect\\\":\\\"Allow\\\",\\\"Resource\\\":"
            "\\\"arn:aws:s3:::data-%u/"
            "*\\\"}],\\\"Version\\\":\\\"2012-10-17\\\"}\"}],\"managed_policy_arns\":[],\"max_session_duration\":3600,"
            "\"name\":\"role-%u\",\"name_prefix\":\"\",\"path\":\"/"
            "\",\"permissions_boundary\":\"\",\"tags\":{\"team\":\"t%u\"},\"tags_all\":{"
            "\"team\":\"t%u\"},\"unique_id\":\"AROA%016u\"},\"sensitive_values\":{\"inline_policy\":[{}],\"managed_policy_arns\":[],"
            "\"tags\":{},"
            "\"tags_all\":{}},\"depends_on\":[\"data.aws_region.current\"]}",
            n ? "," : "", n, n, n, n, n % 900, n, n % 50, n % 50, n);
    fputs("]}}}\n", out);
    return n;
}

/* ---- Kubernetes ---- */

static uint32_t write_kubernetes(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    fputs("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[", out);
    for (; more(out, bytes); n++) {
        fprintf(out,
                "%s{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"creationTimestamp\":\"2026-05-01T07:11:05Z\",\"generateName\":"
                "\"app-%u-\","
                "\"labels\":{\"app\":\"app-%u\",\"pod-template-hash\":\"%08" PRIx32 "\"},\"name\":\"app-%u-%08" PRIx32
                "\",\"namespace\":\"ns-%u\",\"ownerReferences\":[{\"apiVersion\":\"apps/"
                "v1\",\"blockOwnerDeletion\":true,\"controller\":true,\"kind\":"
                "\"ReplicaSet\",\"name\":\"app-%u\",\"uid\":\"%08" PRIx32 "\"}],\"resourceVersion\":\"%u\",\"uid\":\"%08" PRIx32
                "-0000-4000-8000-%012u\"},\"spec\":{\"containers\":[{\"env\":[{\"name\":\"LEVEL\",\"value\":\"info\"},{\"name\":\"TOKEN\","
                "\"valueFrom\":{"
                "\"secretKeyRef\":{\"key\":\"token\",\"name\":\"app\"}}}],\"image\":\"registry.example.com/"
                "app:%u\",\"imagePullPolicy\":\"IfNotPresent\","
                "\"name\":\"app\",\"ports\":[{\"containerPort\":8080,\"name\":\"http\",\"protocol\":\"TCP\"}],\"resources\":{\"limits\":{"
                "\"cpu\":\"1\","
                "\"memory\":\"512Mi\"},\"requests\":{\"cpu\":\"100m\",\"memory\":\"256Mi\"}},",
                n ? "," : "", n % 800, n % 800, mix(n % 800), n % 800, mix(n), n % 60, n % 800, mix(n % 800), n, mix(n), n, n % 90);
        fprintf(out,
                "\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]},\"runAsNonRoot\":true},"
                "\"terminationMessagePath\":\"/dev/termination-log\",\"volumeMounts\":[{\"mountPath\":\"/etc/"
                "app\",\"name\":\"config\"},{\"mountPath\":"
                "\"/var/run/secrets/kubernetes.io/"
                "serviceaccount\",\"name\":\"kube-api-access\",\"readOnly\":true}]}],\"dnsPolicy\":\"ClusterFirst\","
                "\"nodeName\":\"node-%u\",\"restartPolicy\":\"Always\",\"schedulerName\":\"default-scheduler\",\"securityContext\":{},"
                "\"serviceAccountName\":\"app-%u\",\"tolerations\":[{\"effect\":\"NoExecute\",\"key\":\"node.kubernetes.io/"
                "not-ready\",\"operator\":"
                "\"Exists\",\"tolerationSeconds\":300}],\"volumes\":[{\"configMap\":{\"defaultMode\":420,\"name\":\"app\"},\"name\":"
                "\"config\"},{\"name\":"
                "\"kube-api-access\",\"projected\":{\"defaultMode\":420,\"sources\":[{\"serviceAccountToken\":{\"expirationSeconds\":3607,"
                "\"path\":"
                "\"token\"}}]}}]},\"status\":{\"conditions\":[{\"lastTransitionTime\":\"2026-05-01T07:11:05Z\",\"status\":\"True\","
                "\"type\":\"Ready\"}],"
                "\"containerStatuses\":[{\"containerID\":\"containerd://%08" PRIx32
                "\",\"image\":\"registry.example.com/app:%u\",\"imageID\":"
                "\"registry.example.com/"
                "app@sha256:%064u\",\"name\":\"app\",\"ready\":true,\"restartCount\":0,\"state\":{\"running\":{\"startedAt\":"
                "\"2026-05-01T07:11:05Z\"}}}],\"hostIP\":\"10.0.0.%u\",\"phase\":\"Running\",\"podIP\":\"10.1.%u.%u\",\"qosClass\":"
                "\"Burstable\"}}",
                n % 200, n % 300, mix(n), n % 90, n % 90, n % 200, n >> 8 & 255, n & 255);
    }
    fputs("]}\n", out);
    return n;
}

/* ---- scanners ---- */

#define VECTOR "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
#define PER_IMAGE 250u
#define CVES 4000u

static const char *const severities[] = { "LOW", "MEDIUM", "MEDIUM", "HIGH", "CRITICAL" };

static void text(FILE *out, uint32_t n)
{
    fprintf(out,
            "A flaw number %u was found in the parser of the library. A remote attacker who can send crafted input to an application that "
            "uses it may "
            "read beyond the end of a buffer, which may tell parts of memory or stop the application. Only applications that hand over "
            "input of others "
            "without checking its length are affected; the command line tools are not.",
            n);
}

static void references(FILE *out, uint32_t n)
{
    static const char *const hosts[] = { "access.redhat.example", "nvd.nist.example", "ubuntu.example", "lists.debian.example",
                                         "github.example" };
    for (uint32_t i = 0; i < 5 + n % 8; i++)
        fprintf(out, "%s\"https://%s/security/advisories/%u-%u\"", i ? "," : "", hosts[i % 5], n, i);
}

static void trivy_finding(FILE *out, uint32_t cve)
{
    fprintf(out,
            "{\"VulnerabilityID\":\"CVE-2025-%05u\",\"PkgID\":\"lib%u@1.%u.1-2\",\"PkgName\":\"lib%u\",\"PkgIdentifier\":{\"PURL\":"
            "\"pkg:deb/debian/lib%u@1.%u.1-2?arch=amd64&distro=debian-12.8\",\"UID\":\"%08" PRIx32 "\"},\"InstalledVersion\":\"1.%u.1-2\","
            "\"FixedVersion\":\"1.%u.1-3\",\"Status\":\"fixed\",\"Layer\":{\"Digest\":\"sha256:%064u\",\"DiffID\":\"sha256:%064u\"},"
            "\"SeveritySource\":"
            "\"debian\",\"PrimaryURL\":\"https://avd.example.com/nvd/cve-2025-%05u\",\"DataSource\":{\"ID\":\"debian\",\"Name\":\"Debian "
            "Security Tracker\","
            "\"URL\":\"https://security-tracker.debian.example/tracker/\"},\"Title\":\"lib%u: out of bounds read in "
            "parser\",\"Description\":\"",
            cve, cve % 700, cve % 9, cve % 700, cve % 700, cve % 9, mix(cve), cve % 9, cve % 9, cve % 12, cve % 12, cve, cve % 700);
    text(out, cve);
    fprintf(out,
            "\",\"Severity\":\"%s\",\"CweIDs\":[\"CWE-125\"],\"VendorSeverity\":{\"debian\":1,\"nvd\":3,\"redhat\":2,\"ubuntu\":2},"
            "\"CVSS\":{\"nvd\":{"
            "\"V3Vector\":\"" VECTOR "\",\"V3Score\":7.5},\"redhat\":{\"V3Vector\":\"" VECTOR "\",\"V3Score\":5.9}},\"References\":[",
            severities[cve % 5]);
    references(out, cve);
    fputs("],\"PublishedDate\":\"2025-09-14T12:00:00Z\",\"LastModifiedDate\":\"2025-10-20T12:00:00Z\"}", out);
}

static uint32_t write_trivy(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    for (uint32_t image = 0; more(out, bytes); image++) {
        fprintf(out,
                "{\"SchemaVersion\":2,\"CreatedAt\":\"2026-09-14T08:12:31Z\",\"ArtifactName\":\"registry.example.com/"
                "app-%u:1\",\"ArtifactType\":"
                "\"container_image\",\"Metadata\":{\"OS\":{\"Family\":\"debian\",\"Name\":\"12.8\"},\"ImageID\":\"sha256:a%063u\","
                "\"RepoTags\":["
                "\"registry.example.com/app-%u:1\"],\"RepoDigests\":[\"registry.example.com/"
                "app-%u@sha256:%064u\"]},\"Results\":[{\"Target\":\"os\","
                "\"Class\":\"os-pkgs\",\"Type\":\"debian\",\"Vulnerabilities\":[",
                image, image, image, image, image);
        for (uint32_t i = 0; i < PER_IMAGE; i++, n++) {
            fputs(i ? "," : "", out);
            trivy_finding(out, mix(n) % CVES);
        }
        fputs("]}]}\n", out);
    }
    return n;
}

static void grype_match(FILE *out, uint32_t cve)
{
    fprintf(
        out,
        "{\"vulnerability\":{\"id\":\"CVE-2025-%05u\",\"dataSource\":\"https://security-tracker.debian.example/tracker/%u\",\"namespace\":"
        "\"debian:distro:debian:12\",\"severity\":\"%s\",\"urls\":[",
        cve, cve, severities[cve % 5]);
    references(out, cve);
    fputs("],\"description\":\"", out);
    text(out, cve);
    fprintf(out,
            "\",\"cvss\":[],\"epss\":[{\"cve\":\"CVE-2025-%05u\",\"epss\":0.0%u,\"percentile\":0.%u,\"date\":\"2026-09-13\"}],\"fix\":{"
            "\"versions\":["
            "\"1.%u.1-3\"],\"state\":\"fixed\"},\"advisories\":[],\"risk\":1.2},\"relatedVulnerabilities\":[{\"id\":\"CVE-2025-%05u\","
            "\"dataSource\":"
            "\"https://nvd.nist.example/%u\",\"namespace\":\"nvd:cpe\",\"severity\":\"High\",\"urls\":[",
            cve, cve % 99 + 1, cve % 99 + 1, cve % 9, cve, cve);
    references(out, cve + 1);
    fputs("],\"description\":\"", out);
    text(out, cve);
    fprintf(out,
            "\",\"cvss\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",\"version\":\"3.1\",\"vector\":\"" VECTOR
            "\",\"metrics\":{\"baseScore\":7.5,\"exploitabilityScore\":3.9,\"impactScore\":3.6},\"vendorMetadata\":{}}]}],\"matchDetails\":"
            "[{\"type\":"
            "\"exact-direct-match\",\"matcher\":\"dpkg-matcher\",\"searchedBy\":{\"distro\":{\"type\":\"debian\",\"version\":\"12\"},"
            "\"package\":{"
            "\"name\":\"lib%u\",\"version\":\"1.%u.1-2\"}},\"found\":{\"versionConstraint\":\"< 1.%u.1-3 "
            "(deb)\"}}],\"artifact\":{\"id\":\"%08" PRIx32 "\",\"name\":\"lib%u\",\"version\":\"1.%u.1-2\",\"type\":\"deb\",\"locations\":["
            "{\"path\":\"/var/lib/dpkg/status\",\"layerID\":\"sha256:%064u\"}]"
            ",\"language\":\"\",\"licenses\":[\"MIT\"],\"cpes\":[\"cpe:2.3:a:lib%u:lib%u:1.%u.1-2:*:*:*:*:*:*:*\"],\"purl\":"
            "\"pkg:deb/debian/lib%u@1.%u.1-2?arch=amd64&distro=debian-12\",\"upstreams\":[]}}",
            cve % 700, cve % 9, cve % 9, mix(cve), cve % 700, cve % 9, cve % 12, cve % 700, cve % 700, cve % 9, cve % 700, cve % 9);
}

static uint32_t write_grype(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    for (uint32_t image = 0; more(out, bytes); image++) {
        fputs("{\"matches\":[", out);
        for (uint32_t i = 0; i < PER_IMAGE; i++, n++) {
            fputs(i ? "," : "", out);
            grype_match(out, mix(n) % CVES);
        }
        fprintf(
            out,
            "],\"source\":{\"type\":\"image\",\"target\":{\"userInput\":\"registry.example.com/app-%u:1\",\"imageID\":\"sha256:a%063u\","
            "\"manifestDigest\":\"sha256:%064u\",\"tags\":[],\"repoDigests\":[\"registry.example.com/"
            "app-%u@sha256:%064u\"]}},\"distro\":{\"name\":"
            "\"debian\",\"version\":\"12\"},\"descriptor\":{\"name\":\"grype\",\"version\":\"0.84.0\"}}\n",
            image, image, image, image, image);
    }
    return n;
}

static uint32_t write_ocsf(FILE *out, uint64_t bytes)
{
    uint32_t n = 0;

    for (; more(out, bytes); n++) {
        const uint32_t cve = mix(n) % CVES;
        fprintf(out,
                "%s{\"class_uid\":2002,\"class_name\":\"Vulnerability "
                "Finding\",\"category_uid\":2,\"category_name\":\"Findings\",\"type_uid\":200201,"
                "\"activity_id\":1,\"activity_name\":\"Create\",\"time\":1789373551000,\"severity_id\":4,\"severity\":\"High\",\"status_"
                "id\":1,\"status\":"
                "\"New\",\"metadata\":{\"version\":\"1.4.0\",\"product\":{\"name\":\"Inspector\",\"vendor_name\":\"AWS\",\"uid\":"
                "\"inspector\"},"
                "\"profiles\":[\"cloud\",\"datetime\"]},\"cloud\":{\"provider\":\"AWS\",\"region\":\"" REGION
                "\",\"account\":{\"uid\":\"" ACCOUNT "\",\"type\":\"AWS Account\"}},\"finding_info\":{\"uid\":\"arn:aws:inspector2:" REGION
                ":" ACCOUNT ":finding/%08" PRIx32 "\",\"title\":\"CVE-2025-%05u - lib%u\",\"desc\":\"",
                n ? ",\n" : "[", n, cve, cve % 700);
        text(out, cve);
        fprintf(out,
                "\",\"created_time\":1789373551000,\"types\":[\"Software and Configuration "
                "Checks\"]},\"resources\":[{\"uid\":\"arn:aws:ec2:" REGION ":" ACCOUNT ":instance/i-%017" PRIx32
                "\",\"type\":\"AwsEc2Instance\",\"name\":\"app-%u\",\"region\":\"" REGION
                "\",\"cloud_partition\":\"aws\"}],\"vulnerabilities\":[{\"title\":\"lib%u: out of bounds "
                "read\",\"severity\":\"High\",\"vendor_name\":"
                "\"NVD\",\"is_fix_available\":true,\"references\":[",
                n % 900, n % 900, cve % 700);
        references(out, cve);
        fprintf(out,
                "],\"cve\":{\"uid\":\"CVE-2025-%05u\",\"cvss\":[{\"version\":\"3.1\",\"base_score\":7.5,\"vector_string\":\"" VECTOR
                "\"}],\"epss\":{\"score\":\"0.01\",\"percentile\":0.4},\"related_cwes\":[{\"uid\":\"CWE-125\"}]},\"affected_packages\":[{"
                "\"name\":"
                "\"lib%u\",\"version\":\"1.%u.1-2\",\"fixed_in_version\":\"1.%u.1-3\",\"package_manager\":\"OS\",\"architecture\":\"x86_"
                "64\"}]}]}",
                cve, cve % 700, cve % 9, cve % 9);
    }
    fputs("]\n", out);
    return n;
}

/* As the tools print what they answer: a line a member, so many blanks a level. */
static void indent_to(FILE *out, uint32_t blanks)
{
    fprintf(out, "\n%*s", (int)blanks, "");
}

void export_indented(FILE *in, FILE *out, uint32_t indent)
{
    uint32_t depth = 0;
    bool text = false, escaped = false;
    for (int c = getc(in), next; c != EOF; c = next) {
        next = getc(in);
        if (text) {
            putc(c, out);
            text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            putc(c, out);
            text = true;
        } else if ((c == '{' || c == '[') && next != (c == '{' ? '}' : ']')) {
            putc(c, out);
            indent_to(out, ++depth * indent);
        } else if ((c == '{' || c == '[') || c == ':') {
            putc(c, out);
            if (c == ':') {
                putc(' ', out);
            } else { /* empty */
                putc(next, out);
                next = getc(in);
            }
        } else if (c == '}' || c == ']') {
            indent_to(out, --depth * indent);
            putc(c, out);
        } else if (c == ',') {
            putc(c, out);
            indent_to(out, depth * indent);
        } else if (c != '\n' || depth == 0) {
            putc(c, out);
        }
    }
}

const export_kind export_kinds[] = {
    { "aws", write_aws, 1, 4, 0.23 },
    { "aws-gaad", write_gaad, 1, 4, 0.20 },
    { "aws-config", write_config, 1, 0, 0.16 },
    { "terraform", write_terraform, 1, 0, 0.13 },
    { "kubernetes", write_kubernetes, 1, 4, 0.30 },
    { "trivy", write_trivy, 20, 2, 0.22 },
    { "grype", write_grype, 20, 1, 0.30 },
    { "ocsf", write_ocsf, 20, 4, 0.28 },
    { NULL, NULL, 0, 0, 0 },
};
