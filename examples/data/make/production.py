"""The production account of Saltmarsh Ferries: machines, identities, buckets, databases, functions, containers, keys."""
from shapes import (EVERYBODY, REGION, WHEN, Account, access_key, document, ec2_id, hexadecimal, letters, service, statement, tags, text, trust)

PLATFORM = "444455556666"
ORGANISATION = "o-saltmarsh00"
allow = lambda action, resource, **more: statement("Allow", action, resource, **more)
deny = lambda action, resource, **more: statement("Deny", action, resource, **more)
objects = lambda bucket: "arn:aws:s3:::" + bucket + "/*"
READ = ["s3:GetObject", "s3:ListBucket"]


def both(bucket):
    return ["arn:aws:s3:::" + bucket, objects(bucket)]


def network(p):
    p.vpc("ferries", "10.20.0.0/16")
    front, gates = p.subnet("front", "10.20.1.0/24", public=True), p.subnet("gates", "10.20.2.0/24", public=True)
    back, data, data_b = p.subnet("back", "10.20.11.0/24"), p.subnet("data", "10.20.21.0/24"), p.subnet("data-b", "10.20.22.0/24", "b")
    nat = ec2_id("nat", "ferries")
    p.nats.append({"NatGatewayId": nat, "VpcId": p.network["vpc"], "SubnetId": front, "State": "available", "ConnectivityType": "public", "CreateTime": WHEN,
                   "NatGatewayAddresses": [{"AllocationId": ec2_id("eipalloc", "nat"), "PublicIp": "203.0.113.250", "PrivateIp": "10.20.1.250",
                                            "NetworkInterfaceId": ec2_id("eni", "nat")}], "Tags": tags(Name="ferries")})
    gate = p.interface("nat", front, "10.20.1.250", [], "203.0.113.250", description="Interface for NAT Gateway " + nat, kind="nat_gateway")
    p.addresses.append({"AllocationId": ec2_id("eipalloc", "nat"), "AssociationId": ec2_id("eipassoc", "nat"), "Domain": "vpc", "PublicIp": "203.0.113.250",
                        "PrivateIpAddress": "10.20.1.250", "NetworkInterfaceId": gate["NetworkInterfaceId"], "NetworkInterfaceOwnerId": p.number, "Tags": []})
    p.nats[-1]["NatGatewayAddresses"][0]["NetworkInterfaceId"] = gate["NetworkInterfaceId"]
    p.routes("public", [front, gates], gateway=p.network["igw"])
    p.routes("private", [back], nat=nat)
    p.routes("isolated", [data, data_b])
    p.acl("open", [front, back, data, data_b], (100, "allow", "-1", EVERYBODY, None, None), default=True)
    # Port 443 is refused to everybody before the rule that would allow it.
    p.acl("gates", [gates], (100, "deny", "6", EVERYBODY, 443, 443),
          (110, "allow", "-1", EVERYBODY, None, None))
    for name, port in (("web", 443), ("wiki", 8090), ("broker", 61616), ("teamcity", 8111)):
        p.group(name, (port, EVERYBODY))
    p.group("nothing-in")
    p.group("ssh-from-broker", (22, p.network["broker"]))
    p.group("ssh-from-office", (22, "192.0.2.16/28"))
    p.group("alb-public", (443, EVERYBODY))
    p.group("alb-internal", (443, "10.20.0.0/16"))
    p.group("checkout-tasks", (8080, p.network["alb-public"]))
    p.group("backoffice-tasks", (8080, p.network["alb-internal"]))
    p.group("nodes", (30443, EVERYBODY), (None, "10.20.0.0/16"))
    p.group("db-from-back", (5432, "10.20.11.0/24"))
    p.group("db-from-everywhere", (5432, EVERYBODY))
    p.group("db-from-harbour", (5432, "198.51.100.0/24"))


def machines(p):
    net, front, back = p.network, p.network["front"], p.network["back"]
    p.key_pairs += [{"KeyPairId": ec2_id("key", name), "KeyName": name, "KeyType": "rsa", "KeyFingerprint": ":".join(
        hexadecimal(name, 40)[i:i + 2] for i in range(0, 40, 2)), "CreateTime": WHEN, "Tags": []} for name in ("fleet-ops", "office")]
    booking = p.machine_role("BookingWeb", allow(READ, both("saltmarsh-passenger-manifests"), sid="ReadManifests"))
    p.machine("web-booking", front, "10.20.1.10", [net["web"]], booking, "203.0.113.10", environment="production")
    p.machine("web-booking-b", front, "10.20.1.11", [net["web"]], booking, "203.0.113.11", environment="production")
    p.machine("legacy-schedule", net["gates"], "10.20.2.12", [net["web"]], booking, "203.0.113.12", environment="production")
    wiki = p.machine_role("WikiServer", attached=[p.administrator()])
    p.machine("wiki", front, "10.20.1.20", [net["wiki"]], wiki, "203.0.113.20", environment="production")
    p.machine("wiki-restore", back, "10.20.11.21", [net["nothing-in"]], wiki, environment="production")
    tracking = p.machine_role("TrackingGateway", allow(READ, both("saltmarsh-telemetry") + both("saltmarsh-passenger-manifests")),
                              deny("s3:*", both("saltmarsh-passenger-manifests"), sid="NoPassengerData"))
    p.machine("tracking-gateway", front, "10.20.1.30", [net["web"]], tracking, "203.0.113.30", environment="production")
    boundary = p.policy("LogsOnly", allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"))
    status = p.machine_role("StatusPage", attached=[p.administrator()], boundary=boundary)
    p.machine("status-page", front, "10.20.1.40", [net["web"]], status, "203.0.113.40", environment="production")
    crew = p.machine_role("CrewDatabase", allow(READ, both("saltmarsh-crew-records")))
    p.machine("event-broker", front, "10.20.1.50", [net["broker"]], public="203.0.113.50", image=p.image("event-broker"), environment="production")
    p.machine("crew-db", back, "10.20.11.51", [net["ssh-from-broker"]], crew, key="fleet-ops", environment="production", criticality="critical")
    p.machine("crew-db-standby", back, "10.20.11.52", [net["ssh-from-office"]], crew, key="fleet-ops", environment="production", criticality="critical")
    script = "#!/bin/sh\nexport AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY=this-is-no-secret-it-is-made-up-0123456\n/opt/fares/load --every 15m\n"
    p.machine("fares-loader", front, "10.20.1.60", [net["web"]], public="203.0.113.60", user_data=script.format(access_key("fares-robot")),
              environment="production")
    p.machine("fares-loader-old", front, "10.20.1.61", [net["web"]], public="203.0.113.61", user_data=script.format(access_key("retired-robot")),
              environment="production")
    p.user("fares-robot", allow(READ, both("saltmarsh-fare-contracts")), key="Active")
    p.user("retired-robot", allow(READ, both("saltmarsh-charter-contracts")), key="Inactive")
    p.role("NightlyAdministration", service("lambda"), attached=[p.administrator()])
    p.role("NightlyReport", service("lambda"), allow("logs:*", "*"))
    functions = ["lambda:CreateFunction", "lambda:InvokeFunction"]
    nightly = p.machine_role("BatchControl", allow(functions, "*"), allow("iam:PassRole", p.iam("role/NightlyAdministration")))
    p.machine("batch-control", front, "10.20.1.70", [net["teamcity"]], nightly, "203.0.113.70", environment="production")
    report = p.machine_role("BatchReport", allow(functions, "*"), allow("iam:PassRole", p.iam("role/NightlyReport")))
    p.machine("batch-report", front, "10.20.1.71", [net["teamcity"]], report, "203.0.113.71", environment="production")
    node = p.machine_role("FerriesNode", allow(READ, both("saltmarsh-cluster-backups")),
                          allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"))
    for name, address in (("ferries-node-1", "10.20.11.101"), ("ferries-node-2", "10.20.11.102")):
        p.machine(name, back, address, [net["nodes"]], node, kind="m6i.large", environment="production", **{"eks:cluster-name": "ferries"})


def people(p):
    own_policy = p.policy("ContractorAccess", allow(["s3:ListAllMyBuckets", "ec2:Describe*"], "*"))
    rewrite = allow(["iam:CreatePolicyVersion", "iam:GetPolicyVersion"], own_policy, sid="MaintainOwnPolicy")
    p.user("lena.contractor", rewrite, attached=[own_policy], password=True)
    p.user("otto.contractor", rewrite, attached=[own_policy], password=True, mfa=True)
    p.user("nils.contractor", rewrite, attached=[own_policy], key="Active")
    p.role("DeployFromPlatform", trust({"AWS": f"arn:aws:iam::{PLATFORM}:root"}), attached=[p.administrator()])
    p.role("EmergencyAccess", trust({"AWS": "arn:aws:iam::999988887777:root"}), attached=[p.administrator()])
    p.role("BackupVendor", trust({"AWS": "arn:aws:iam::222200003333:root"}), allow(READ, both("saltmarsh-lost-property")))
    p.role("SecurityAudit", trust({"AWS": "arn:aws:iam::999988887777:root"}), attached=[p.aws_policy("SecurityAudit", allow(["iam:List*", "iam:Get*"], "*"))])


def buckets(p):
    anybody = lambda bucket, condition=None: [allow("s3:GetObject", objects(bucket), sid="Read", principal="*", condition=condition)]
    for name in ("passenger-manifests", "crew-records", "fare-contracts", "cluster-backups", "card-receipts"):
        p.bucket("saltmarsh-" + name, "restricted" if name == "card-receipts" else "confidential", owner="data")
    p.bucket("saltmarsh-telemetry")
    p.bucket("saltmarsh-crew-scans", "restricted", anybody("saltmarsh-crew-scans"), blocked=False, owner="crew")
    p.bucket("saltmarsh-press", "public", anybody("saltmarsh-press"), blocked=False)
    p.bucket("saltmarsh-invoices", "confidential", owner="finance", readable_by_all=True)
    p.bucket("saltmarsh-charter-contracts", "confidential", anybody("saltmarsh-charter-contracts", {
        "StringEquals": {"aws:PrincipalOrgID": ORGANISATION}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ContractDesk"}}), blocked=False, owner="sales")
    p.bucket("saltmarsh-port-feeds", "confidential", anybody("saltmarsh-port-feeds", {
        "StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/PortFeed*"}}),
             blocked=False, owner="operations")
    p.bucket("saltmarsh-incidents", "confidential", replicates_to="saltmarsh-incidents-mirror", owner="safety")
    p.bucket("saltmarsh-lost-property", "confidential", replicates_to="saltmarsh-lost-property-copy", owner="operations")
    p.bucket("saltmarsh-lost-property-copy", "internal")


def databases(p):
    net = p.network
    group = lambda name, subnets: {"DBSubnetGroupName": name, "DBSubnetGroupDescription": name, "VpcId": net["vpc"], "SubnetGroupStatus": "Complete",
                                   "Subnets": [{"SubnetIdentifier": net[s], "SubnetAvailabilityZone": {"Name": REGION + "a"}, "SubnetStatus": "Active"}
                                               for s in subnets]}
    inside, outside = group("inside", ["data", "data-b"]), group("outside", ["front"])

    def database(name, public, groups, subnets, directory=False, secret=None, **labels):
        out = {"DBInstanceIdentifier": name, "DBInstanceArn": p.arn("rds", "db:" + name), "DBInstanceClass": "db.m6g.large", "Engine": "postgres",
               "EngineVersion": "15.7", "DBInstanceStatus": "available", "MasterUsername": "ferries", "DBName": "ferries", "AllocatedStorage": 200,
               "Endpoint": {"Address": f"{name}.c0ffee000000.{REGION}.rds.amazonaws.com", "Port": 5432}, "InstanceCreateTime": WHEN,
               "VpcSecurityGroups": [{"VpcSecurityGroupId": net[g], "Status": "active"} for g in groups], "DBSubnetGroup": subnets,
               "AvailabilityZone": REGION + "a", "MultiAZ": False, "PubliclyAccessible": public, "StorageEncrypted": True, "BackupRetentionPeriod": 7,
               "IAMDatabaseAuthenticationEnabled": directory, "DeletionProtection": True, "DbiResourceId": "db-" + letters(name, 26), "TagList": tags(**labels)}
        if secret:
            out["MasterUserSecret"] = {"SecretArn": secret, "SecretStatus": "active", "KmsKeyId": p.arn("kms", "key/" + KEYS["booking"])}
        return out

    p.secret = lambda name, suffix: p.arn("secretsmanager", f"secret:{name}-{suffix}")
    p.booking_secret, p.gateway_secret = p.secret("rds!db-booking", "kQ3vXn"), p.secret("payments/gateway", "h7LmTz")
    instances = [
        database("booking", False, ["db-from-back"], inside, secret=p.booking_secret, data_classification="confidential"),
        database("loyalty", True, ["db-from-everywhere"], outside, data_classification="confidential"),
        database("loyalty-test", False, ["db-from-everywhere"], inside, data_classification="confidential"),
        database("loyalty-reports", True, ["db-from-back"], outside, data_classification="confidential"),
        database("harbour-portal", True, ["db-from-harbour"], outside, data_classification="confidential")]
    snapshot = lambda name, of: {"DBSnapshotIdentifier": name, "DBSnapshotArn": p.arn("rds", "snapshot:" + name), "DBInstanceIdentifier": of,
                                 "SnapshotCreateTime": WHEN, "Engine": "postgres", "AllocatedStorage": 200, "Status": "available", "Port": 5432,
                                 "SnapshotType": "manual", "Encrypted": False, "MasterUsername": "ferries", "TagList": []}
    shared = lambda name, *accounts: {"DBSnapshotAttributesResult": {"DBSnapshotIdentifier": name, "DBSnapshotAttributes": [
        {"AttributeName": "restore", "AttributeValues": list(accounts)}]}}
    p.answers["rds.describe-db-instances"] = {"DBInstances": instances}
    p.answers["rds.describe-db-snapshots"] = {"DBSnapshots": [snapshot("booking-before-upgrade", "booking"), snapshot("loyalty-2026-09", "loyalty-test"),
                                                              snapshot("booking-2026-10", "booking")]}
    p.answers["rds.describe-db-snapshot-attributes"] = [shared("booking-before-upgrade", "all"), shared("loyalty-2026-09", PLATFORM), shared("booking-2026-10")]
    named = lambda arn, name, **labels: {"ARN": arn, "Name": name, "CreatedDate": WHEN, "LastChangedDate": WHEN, "Tags": tags(**labels)}
    p.answers["secretsmanager.list-secrets"] = {"SecretList": [
        dict(named(p.booking_secret, "rds!db-booking"), OwningService="rds", RotationEnabled=True, KmsKeyId=p.arn("kms", "key/" + KEYS["booking"])),
        named(p.gateway_secret, "payments/gateway", criticality="critical"), named(p.secret("office/printer", "w2RtYb"), "office/printer")]}
    p.answers["ssm.describe-parameters"] = {"Parameters": [
        {"Name": name, "ARN": p.arn("ssm", "parameter" + name), "Type": kind, "LastModifiedDate": WHEN, "Version": 1, "Tier": "Standard", "DataType": "text"}
        for name, kind in (("/ferries/feature-flags", "String"), ("/ferries/maps-token", "SecureString"))]}


KEYS = {name: f"{hexadecimal(name, 8)}-1111-4222-8333-{hexadecimal(name + 'key', 12)}" for name in ("booking", "manifest-export", "harbour-share")}


def keys(p):
    owner = allow("kms:*", "*", sid="Owner", principal={"AWS": p.iam("root")})
    policies = {"booking": document(owner),
                "manifest-export": document(owner, allow(["kms:Decrypt", "kms:DescribeKey"], "*", sid="Partners", principal={"AWS": "*"})),
                "harbour-share": document(owner, allow(["kms:Decrypt", "kms:DescribeKey"], "*", sid="Organisation", principal={"AWS": "*"},
                                                       condition={"StringEquals": {"aws:PrincipalOrgID": ORGANISATION},
                                                                  "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/HarbourExchange"}}))}
    p.answers["kms.describe-key"] = [{"KeyMetadata": {
        "AWSAccountId": p.number, "KeyId": number, "Arn": p.arn("kms", "key/" + number), "CreationDate": WHEN, "Enabled": True, "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "MultiRegion": False, "Description": name}}
        for name, number in KEYS.items()]
    p.answers["kms.get-key-policy"] = [{"KeyId": KEYS[name], "PolicyName": "default", "Policy": text(value)} for name, value in policies.items()]
    p.answers["kms.list-aliases"] = {"Aliases": [{"AliasName": "alias/" + name, "AliasArn": p.arn("kms", "alias/" + name), "TargetKeyId": number,
                                                  "CreationDate": WHEN} for name, number in KEYS.items()]}


def functions(p):
    reads = p.role("RefundStatus", service("lambda"), allow("secretsmanager:GetSecretValue", p.booking_secret), allow("kms:Decrypt", p.arn("kms", "key/" + KEYS["booking"])))
    writes = p.role("TideTable", service("lambda"), allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
                    {"Sid": "NothingElse", "Effect": "Deny", "NotAction": "logs:*", "Resource": "*"})
    listed, urls, policies = [], [], []
    for name, role, authentication in (("refund-status", reads, "NONE"), ("refund-status-agents", reads, "AWS_IAM"), ("tide-table", writes, "NONE")):
        arn = p.arn("lambda", "function:" + name)
        listed.append({"FunctionName": name, "FunctionArn": arn, "Runtime": "python3.12", "Role": role, "Handler": "main.handle", "CodeSize": 20480,
                       "Description": "", "Timeout": 10, "MemorySize": 256, "LastModified": WHEN, "CodeSha256": letters(name, 32), "Version": "$LATEST",
                       "PackageType": "Zip", "Architectures": ["arm64"], "Environment": {"Variables": {"STAGE": "production"}},
                       "TracingConfig": {"Mode": "PassThrough"}})
        if role == reads:
            listed[-1]["VpcConfig"] = {"VpcId": p.network["vpc"], "SubnetIds": [p.network["back"]], "SecurityGroupIds": [p.network["nothing-in"]]}
        urls.append({"FunctionUrlConfigs": [{"FunctionUrl": f"https://{hexadecimal(name, 32)}.lambda-url.{REGION}.on.aws/", "FunctionArn": arn,
                                             "AuthType": authentication, "CreationTime": WHEN, "LastModifiedTime": WHEN, "InvokeMode": "BUFFERED"}]})
        if authentication == "NONE":
            policies.append({"FunctionName": name, "Policy": text({"Version": "2012-10-17", "Id": "default", "Statement": [
                dict(allow("lambda:InvokeFunctionUrl", arn, sid="FunctionURLAllowPublicAccess", principal="*",
                           condition={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}))]}), "RevisionId": hexadecimal(name, 32)})
    p.answers["lambda.list-functions"] = {"Functions": listed}
    p.answers["lambda.list-function-url-configs"] = urls
    p.answers["lambda.get-policy"] = policies


IMAGES = {name: "sha256:" + hexadecimal("image " + name, 64) for name in ("checkout", "storefront", "ais-collector", "receipts", "receipts-fixed", "map-tiles")}


def cluster_balancer(p, name, kind, outside):
    """What the cluster has had made for one of its services."""
    return {"LoadBalancerArn": p.arn("elasticloadbalancing", f"loadbalancer/{'net' if kind == 'network' else 'app'}/{name}/{hexadecimal(name + 'lb', 16)}"),
            "LoadBalancerName": name, "Type": kind, "Scheme": "internet-facing" if outside else "internal", "VpcId": p.network["vpc"], "IpAddressType": "ipv4",
            "DNSName": f"{'' if outside else 'internal-'}{name}.{f'elb.{REGION}' if kind == 'network' else f'{REGION}.elb'}.amazonaws.com", "State": {"Code": "active"}, "CreatedTime": WHEN,
            "AvailabilityZones": [{"ZoneName": REGION + "a", "SubnetId": p.network["front" if outside else "back"]}], "SecurityGroups": []}


def containers(p):
    net = p.network
    registry = f"{p.number}.dkr.ecr.{REGION}.amazonaws.com"
    p.answers["ecr.describe-repositories"] = {"repositories": [
        {"repositoryArn": p.arn("ecr", "repository/" + name), "registryId": p.number, "repositoryName": name, "repositoryUri": f"{registry}/{name}",
         "createdAt": WHEN, "imageTagMutability": "MUTABLE", "imageScanningConfiguration": {"scanOnPush": True}} for name in IMAGES if name != "receipts-fixed"]}
    p.answers["ecr.describe-images"] = {"imageDetails": [
        {"registryId": p.number, "repositoryName": name.replace("-fixed", ""), "imageDigest": digest, "imageTags": ["2.1" if "fixed" in name else "2.0"],
         "imageSizeInBytes": 183500800, "imagePushedAt": WHEN, "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json"}
        for name, digest in IMAGES.items()]}
    task_role = p.role("CheckoutTask", service("ecs-tasks"), allow("secretsmanager:GetSecretValue", p.gateway_secret))
    execution = p.role("TaskExecution", service("ecs-tasks"), allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "logs:CreateLogStream"], "*"))
    cluster = p.arn("ecs", "cluster/sales")
    p.answers["ecs.describe-clusters"] = {"clusters": [{"clusterArn": cluster, "clusterName": "sales", "status": "ACTIVE", "runningTasksCount": 2,
                                                        "activeServicesCount": 2}], "failures": []}
    definitions, services, tasks, balancers, listeners, target_groups, health = [], [], [], [], [], [], []
    for order, (name, scheme, security) in enumerate((("checkout", "internet-facing", "alb-public"), ("backoffice", "internal", "alb-internal"))):
        definition = p.arn("ecs", f"task-definition/{name}:7")
        image = f"{registry}/checkout@{IMAGES['checkout']}"
        definitions.append({"taskDefinition": {
            "taskDefinitionArn": definition, "family": name, "revision": 7, "status": "ACTIVE", "networkMode": "awsvpc", "cpu": "512", "memory": "1024",
            "taskRoleArn": task_role, "executionRoleArn": execution, "requiresCompatibilities": ["FARGATE"], "compatibilities": ["EC2", "FARGATE"], "volumes": [],
            "containerDefinitions": [{"name": name, "image": image, "cpu": 0, "essential": True, "environment": [{"name": "STAGE", "value": "production"}],
                                      "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}], "mountPoints": [], "volumesFrom": []}]}})
        target = p.arn("elasticloadbalancing", f"targetgroup/{name}/{hexadecimal(name, 16)}")
        balancer = p.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{hexadecimal(name + 'lb', 16)}")
        service_arn = p.arn("ecs", f"service/sales/{name}")
        private = f"10.20.11.{80 + order}"
        interface = p.interface(name + "-task", net["back"], private, [net[name + "-tasks"]], description=f"arn:aws:ecs:{REGION}:{p.number}:attachment/{name}")
        services.append({"serviceArn": service_arn, "serviceName": name, "clusterArn": cluster, "status": "ACTIVE", "desiredCount": 1, "runningCount": 1,
                         "launchType": "FARGATE", "taskDefinition": definition,
                         "loadBalancers": [{"targetGroupArn": target, "containerName": name, "containerPort": 8080}],
                         "networkConfiguration": {"awsvpcConfiguration": {"subnets": [net["back"]], "securityGroups": [net[name + "-tasks"]], "assignPublicIp": "DISABLED"}}})
        task = p.arn("ecs", f"task/sales/{hexadecimal(name, 32)}")
        tasks.append({"taskArn": task, "clusterArn": cluster, "taskDefinitionArn": definition, "group": "service:" + name, "lastStatus": "RUNNING",
                      "desiredStatus": "RUNNING", "launchType": "FARGATE", "createdAt": WHEN,
                      "attachments": [{"id": hexadecimal(name, 12), "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": [
                          {"name": "subnetId", "value": net["back"]}, {"name": "networkInterfaceId", "value": interface["NetworkInterfaceId"]},
                          {"name": "privateIPv4Address", "value": private}]}],
                      "containers": [{"containerArn": p.arn("ecs", f"container/sales/{name}"), "taskArn": task, "name": name, "image": image,
                                      "imageDigest": IMAGES["checkout"], "lastStatus": "RUNNING",
                                      "networkInterfaces": [{"attachmentId": hexadecimal(name, 12), "privateIpv4Address": private}]}]})
        subnets = [net["front"]] if scheme == "internet-facing" else [net["back"]]
        p.interface(name + "-alb", subnets[0], f"10.20.{1 if scheme == 'internet-facing' else 11}.{200 + order}", [net[security]],
                    "203.0.113.80" if scheme == "internet-facing" else None, description=f"ELB app/{name}/{hexadecimal(name + 'lb', 16)}")
        balancers.append({"LoadBalancerArn": balancer, "LoadBalancerName": name, "Type": "application", "Scheme": scheme, "VpcId": net["vpc"],
                          "DNSName": f"{'internal-' if scheme == 'internal' else ''}{name}-0123456789.{REGION}.elb.amazonaws.com", "IpAddressType": "ipv4",
                          "State": {"Code": "active"}, "SecurityGroups": [net[security]], "CreatedTime": WHEN,
                          "AvailabilityZones": [{"ZoneName": REGION + "a", "SubnetId": s} for s in subnets]})
        listeners.append({"ListenerArn": balancer.replace("loadbalancer/", "listener/") + "/" + hexadecimal(name + "443", 16), "LoadBalancerArn": balancer,
                          "Port": 443, "Protocol": "HTTPS", "DefaultActions": [{"Type": "forward", "TargetGroupArn": target, "Order": 1}]})
        target_groups.append({"TargetGroupArn": target, "TargetGroupName": name, "Protocol": "HTTP", "Port": 8080, "VpcId": net["vpc"], "TargetType": "ip",
                              "LoadBalancerArns": [balancer]})
        health.append({"TargetGroupArn": target, "TargetHealthDescriptions": [{"Target": {"Id": private, "Port": 8080}, "TargetHealth": {"State": "healthy"}}]})
    for name in ("storefront", "storefront-preview", "storefront-staff", "ais-admin"):
        balancers.append(cluster_balancer(p, hexadecimal(name, 32), "network", name != "storefront-staff"))
    for namespace in ("tracking", "payments"):
        balancers.append(cluster_balancer(p, f"k8s-{namespace}-{hexadecimal(namespace, 10)}", "application", True))
    p.answers.update({
        "ecs.describe-task-definition": definitions, "ecs.describe-services": {"services": services, "failures": []},
        "ecs.describe-tasks": {"tasks": tasks, "failures": []}, "elbv2.describe-load-balancers": {"LoadBalancers": balancers},
        "elbv2.describe-listeners": {"Listeners": listeners}, "elbv2.describe-target-groups": {"TargetGroups": target_groups}, "elbv2.describe-target-health": health})
    issuer = f"oidc.eks.{REGION}.amazonaws.com/id/{letters('ferries', 32)}"
    p.answers["eks.describe-cluster"] = {"cluster": {
        "name": "ferries", "arn": p.arn("eks", "cluster/ferries"), "version": "1.31", "status": "ACTIVE", "createdAt": WHEN, "platformVersion": "eks.12",
        "roleArn": p.role("FerriesCluster", service("eks"), allow(["ec2:Describe*", "elasticloadbalancing:*"], "*")),
        "resourcesVpcConfig": {"vpcId": net["vpc"], "subnetIds": [net["back"]], "securityGroupIds": [net["nodes"]], "endpointPublicAccess": False,
                               "endpointPrivateAccess": True, "publicAccessCidrs": []},
        "identity": {"oidc": {"issuer": "https://" + issuer}}, "tags": {"environment": "production"}}}
    p.answers["iam.list-open-id-connect-providers"] = {"OpenIDConnectProviderList": [{"Arn": p.iam("oidc-provider/" + issuer)}]}
    bound = lambda account: trust({"Federated": p.iam("oidc-provider/" + issuer)}, "sts:AssumeRoleWithWebIdentity", {"StringEquals": {
        issuer + ":sub": "system:serviceaccount:" + account, issuer + ":aud": "sts.amazonaws.com"}})
    p.role("Receipts", bound("payments:receipts"), allow(READ, both("saltmarsh-card-receipts")))


def build():
    p = Account("111122223333", "saltmarsh-production")
    for part in (network, machines, people, buckets, keys, databases, functions, containers):
        part(p)
    return p
