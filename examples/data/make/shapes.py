"""The words the clouds answer in: small functions that give one item of an AWS or Kubernetes answer its shape."""
import base64
import hashlib
import json
import os

REGION = "eu-central-1"
ZONE = REGION + "a"
WHEN = "2026-09-14T08:12:31+00:00"
EVERYBODY = "0.0.0.0/0"


def hexadecimal(text, length):
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def ec2_id(prefix, name):
    """The same name has the same id in every run."""
    return f"{prefix}-0{hexadecimal(prefix + name, 16)}"


def letters(text, length):
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:length]


def tags(**pairs):
    return [{"Key": key.replace("_", "-"), "Value": value} for key, value in pairs.items()]


def statement(effect, action, resource, sid=None, condition=None, principal=None):
    out = {"Sid": sid} if sid else {}
    out["Effect"] = effect
    if principal is not None:
        out["Principal"] = principal
    out["Action"] = action
    if resource is not None:
        out["Resource"] = resource
    if condition:
        out["Condition"] = condition
    return out


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(value):
    return json.dumps(value, separators=(",", ":"))


def trust(principal, action="sts:AssumeRole", condition=None):
    return document(statement("Allow", action, None, principal=principal, condition=condition))


def service(name):
    return trust({"Service": name + ".amazonaws.com"})


def write(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        json.dump(value, out, indent=1, ensure_ascii=False)
        out.write("\n")


class Account:
    """What one AWS account answers: filled by hand, written as the files that the AWS command line would have written."""

    def __init__(self, number, name):
        self.number, self.name = number, name
        self.users, self.groups, self.roles, self.policies = [], [], [], []
        self.instances, self.interfaces, self.security_groups, self.user_data = [], [], [], []
        self.vpcs, self.subnets, self.route_tables, self.acls, self.gateways, self.nats = [], [], [], [], [], []
        self.key_pairs, self.addresses, self.images = [], [], []
        self.buckets, self.answers = [], {}
        self.network = {}
        self.key_metadata, self.login_profiles, self.mfa_devices = [], [], []

    def arn(self, service_name, rest, region=REGION):
        return f"arn:aws:{service_name}:{region}:{self.number}:{rest}"

    def iam(self, rest):
        return f"arn:aws:iam::{self.number}:{rest}"

    # ---- identities ----
    def policy(self, name, *statements):
        arn = self.iam("policy/" + name)
        self.policies.append({
            "PolicyName": name, "PolicyId": "ANPA" + letters(arn, 17), "Arn": arn, "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, "CreateDate": WHEN, "UpdateDate": WHEN,
            "PolicyVersionList": [{"Document": document(*statements), "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": WHEN}]})
        return arn

    def aws_policy(self, name, *statements):
        arn = "arn:aws:iam::aws:policy/" + name
        if all(p["Arn"] != arn for p in self.policies):
            self.policy(name, *statements)
            self.policies[-1].update(Arn=arn, PolicyId="ANPA" + letters(arn, 17))
        return arn

    def administrator(self):
        return self.aws_policy("AdministratorAccess", statement("Allow", "*", "*"))

    def role(self, name, trusts, *statements, attached=(), boundary=None, profile=False):
        arn = self.iam("role/" + name)
        role = {
            "Path": "/", "RoleName": name, "RoleId": "AROA" + letters(arn, 17), "Arn": arn, "CreateDate": WHEN, "AssumeRolePolicyDocument": trusts,
            "InstanceProfileList": [], "Tags": [],
            "RolePolicyList": [{"PolicyName": name + "Access", "PolicyDocument": document(*statements)}] if statements else [],
            "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[1], "PolicyArn": a} for a in attached]}
        if boundary:
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        if profile:
            part = {k: role[k] for k in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
            role["InstanceProfileList"] = [{"Path": "/", "InstanceProfileName": name, "InstanceProfileId": "AIPA" + letters(name + arn, 17),
                                            "Arn": self.iam("instance-profile/" + name), "CreateDate": WHEN, "Roles": [part]}]
        self.roles.append(role)
        return arn

    def machine_role(self, name, *statements, **more):
        return self.role(name, service("ec2"), *statements, profile=True, **more)

    def user(self, name, *statements, attached=(), groups=(), password=False, mfa=False, key=None):
        arn = self.iam("user/" + name)
        user = {"Path": "/", "UserName": name, "UserId": "AIDA" + letters(arn, 17), "Arn": arn, "CreateDate": WHEN, "GroupList": list(groups),
                "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[1], "PolicyArn": a} for a in attached], "Tags": []}
        if statements:
            user["UserPolicyList"] = [{"PolicyName": name + "-access", "PolicyDocument": document(*statements)}]
        self.users.append(user)
        if password:
            self.login_profiles.append({"UserName": name, "CreateDate": WHEN, "PasswordResetRequired": False})
        if mfa:
            self.mfa_devices.append({"UserName": name, "SerialNumber": self.iam("mfa/" + name), "EnableDate": WHEN})
        if key:
            self.key_metadata.append({"UserName": name, "AccessKeyId": access_key(name), "Status": key, "CreateDate": WHEN})
        return arn

    # ---- network ----
    def vpc(self, name, cidr):
        number = ec2_id("vpc", name)
        self.vpcs.append({"VpcId": number, "OwnerId": self.number, "CidrBlock": cidr, "State": "available", "IsDefault": False, "InstanceTenancy": "default",
                          "CidrBlockAssociationSet": [{"AssociationId": ec2_id("vpc-cidr-assoc", name), "CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}],
                          "Tags": tags(Name=name)})
        gateway = ec2_id("igw", name)
        self.gateways.append({"InternetGatewayId": gateway, "OwnerId": self.number, "Attachments": [{"State": "available", "VpcId": number}], "Tags": tags(Name=name)})
        self.network = {"vpc": number, "igw": gateway}
        return number

    def subnet(self, name, cidr, zone="a", public=False):
        number = ec2_id("subnet", name + self.number)
        self.subnets.append({"SubnetId": number, "SubnetArn": self.arn("ec2", "subnet/" + number), "OwnerId": self.number, "VpcId": self.network["vpc"],
                             "CidrBlock": cidr, "AvailabilityZone": REGION + zone, "MapPublicIpOnLaunch": public, "State": "available",
                             "DefaultForAz": False, "Tags": tags(Name=name)})
        self.network[name] = number
        return number

    def routes(self, name, subnets, gateway=None, nat=None):
        routes = [{"DestinationCidrBlock": self.vpcs[-1]["CidrBlock"], "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}]
        if gateway:
            routes.append({"DestinationCidrBlock": EVERYBODY, "GatewayId": gateway, "Origin": "CreateRoute", "State": "active"})
        if nat:
            routes.append({"DestinationCidrBlock": EVERYBODY, "NatGatewayId": nat, "Origin": "CreateRoute", "State": "active"})
        number = ec2_id("rtb", name + self.number)
        self.route_tables.append({
            "RouteTableId": number, "OwnerId": self.number, "VpcId": self.network["vpc"], "Routes": routes, "Tags": tags(Name=name),
            "Associations": [{"Main": False, "RouteTableAssociationId": ec2_id("rtbassoc", s), "RouteTableId": number, "SubnetId": s,
                              "AssociationState": {"State": "associated"}} for s in subnets]})

    def acl(self, name, subnets, *inbound, default=False):
        """inbound: (number, action, protocol, cidr, from, to); everything may leave."""
        number = ec2_id("acl", name + self.number)
        entries = [{"Egress": True, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": EVERYBODY}]
        for order, action, protocol, cidr, first, last in inbound:
            entry = {"Egress": False, "RuleNumber": order, "RuleAction": action, "Protocol": protocol, "CidrBlock": cidr}
            if first is not None:
                entry["PortRange"] = {"From": first, "To": last}
            entries.append(entry)
        entries += [{"Egress": e, "RuleNumber": 32767, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": EVERYBODY} for e in (True, False)]
        self.acls.append({"NetworkAclId": number, "OwnerId": self.number, "VpcId": self.network["vpc"], "IsDefault": default, "Entries": entries,
                          "Associations": [{"NetworkAclAssociationId": ec2_id("aclassoc", s), "NetworkAclId": number, "SubnetId": s} for s in subnets],
                          "Tags": tags(Name=name)})

    def group(self, name, *rules):
        """rules: (port or None for all, cidr or id of another group)."""
        number = ec2_id("sg", name + self.number)
        inbound = []
        for port, source in rules:
            rule = {"IpProtocol": "-1" if port is None else "tcp", "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
            if port is not None:
                rule.update(FromPort=port, ToPort=port)
            if source.startswith("sg-"):
                rule["UserIdGroupPairs"] = [{"GroupId": source, "UserId": self.number}]
            else:
                rule["IpRanges"] = [{"CidrIp": source}]
            inbound.append(rule)
        self.security_groups.append({
            "GroupId": number, "GroupName": name, "Description": name, "OwnerId": self.number, "VpcId": self.network["vpc"], "IpPermissions": inbound,
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYBODY}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}],
            "SecurityGroupArn": self.arn("ec2", "security-group/" + number), "Tags": tags(Name=name)})
        self.network[name] = number
        return number

    def group_names(self, groups):
        known = {g["GroupId"]: g["GroupName"] for g in self.security_groups}
        return [{"GroupId": g, "GroupName": known[g]} for g in groups]

    def interface(self, name, subnet, private, groups, public=None, instance=None, description="", kind="interface"):
        owner = "amazon" if not instance else self.number
        out = {"NetworkInterfaceId": ec2_id("eni", name + self.number), "InterfaceType": kind, "OwnerId": self.number, "VpcId": self.network["vpc"],
               "SubnetId": subnet, "AvailabilityZone": ZONE, "Description": description, "Status": "in-use", "PrivateIpAddress": private,
               "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": private}], "Ipv6Addresses": [], "SourceDestCheck": True,
               "Groups": self.group_names(groups), "TagSet": []}
        if public:
            out["Association"] = {"IpOwnerId": owner, "PublicIp": public, "PublicDnsName": f"ec2-{public.replace('.', '-')}.{REGION}.compute.amazonaws.com"}
            out["PrivateIpAddresses"][0]["Association"] = dict(out["Association"])
        if instance:
            out["Attachment"] = {"AttachmentId": ec2_id("eni-attach", name), "AttachTime": WHEN, "DeleteOnTermination": True, "DeviceIndex": 0,
                                 "InstanceId": instance, "InstanceOwnerId": self.number, "Status": "attached"}
        self.interfaces.append(out)
        return out

    def machine(self, name, subnet, private, groups, role=None, public=None, image=None, key=None, user_data=None, kind="t3.large", **labels):
        number = ec2_id("i", name)
        image = image or self.image("base-2026-08")
        interface = self.interface(name, subnet, private, groups, public, number, "Primary network interface")
        inner = {k: interface[k] for k in ("NetworkInterfaceId", "OwnerId", "VpcId", "SubnetId", "PrivateIpAddress", "PrivateIpAddresses", "Groups", "Status",
                                           "InterfaceType", "SourceDestCheck", "Description")}
        inner["Attachment"] = {"AttachmentId": interface["Attachment"]["AttachmentId"], "DeviceIndex": 0, "Status": "attached", "DeleteOnTermination": True}
        out = {"InstanceId": number, "ImageId": image, "InstanceType": kind, "LaunchTime": WHEN, "Architecture": "x86_64",
               "State": {"Code": 16, "Name": "running"}, "Placement": {"AvailabilityZone": ZONE, "Tenancy": "default"}, "VpcId": self.network["vpc"],
               "SubnetId": subnet, "PrivateIpAddress": private, "NetworkInterfaces": [inner], "SecurityGroups": self.group_names(groups),
               "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1, "State": "applied"},
               "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda", "Tags": tags(Name=name, **labels)}
        if public:
            inner["Association"] = interface["Association"]
            out.update(PublicIpAddress=public, PublicDnsName=interface["Association"]["PublicDnsName"])
        if role:
            profile = role.rsplit("/", 1)[1]
            out["IamInstanceProfile"] = {"Arn": self.iam("instance-profile/" + profile), "Id": "AIPA" + letters(profile + role, 17)}
        if key:
            out["KeyName"] = key
        self.instances.append(out)
        if user_data:
            self.user_data.append({"InstanceId": number, "UserData": {"Value": base64.b64encode(user_data.encode()).decode()}})
        return number

    def image(self, name):
        number = ec2_id("ami", name + self.number)
        if all(i["ImageId"] != number for i in self.images):
            self.images.append({"ImageId": number, "Name": name, "OwnerId": self.number, "State": "available", "Public": False, "Architecture": "x86_64",
                                "ImageType": "machine", "RootDeviceType": "ebs", "CreationDate": WHEN, "PlatformDetails": "Linux/UNIX", "BlockDeviceMappings": []})
        return number

    # ---- storage ----
    def bucket(self, name, classification="internal", policy=None, blocked=True, replicates_to=None, readable_by_all=False, **labels):
        grants = [{"Grantee": {"ID": hexadecimal(self.number, 64), "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]
        if readable_by_all:
            grants.append({"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"})
        out = {"Name": name, "get_bucket_acl": {"Owner": {"ID": hexadecimal(self.number, 64)}, "Grants": grants},
               "PublicAccessBlockConfiguration": {k: blocked for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")},
               "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]},
               "Status": "Enabled", "TagSet": tags(data_classification=classification, **labels)}
        if policy:
            out["Policy"] = document(*policy)
        if replicates_to:
            out["ReplicationConfiguration"] = {
                "Role": self.iam("role/service-role/s3-replication"),
                "Rules": [{"ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"},
                           "Destination": {"Bucket": "arn:aws:s3:::" + replicates_to, "StorageClass": "STANDARD"}}]}
        self.buckets.append(out)
        return "arn:aws:s3:::" + name

    # ---- files ----
    def gaad(self):
        return {"UserDetailList": self.users, "GroupDetailList": self.groups, "RoleDetailList": self.roles, "Policies": self.policies, "IsTruncated": False}

    def caller(self):
        return {"UserId": "AROA" + letters(self.number, 17) + ":inventory", "Account": self.number,
                "Arn": f"arn:aws:sts::{self.number}:assumed-role/InventoryReader/inventory"}

    def ec2(self):
        return {"ec2.describe-instances": {"Reservations": [
                    {"ReservationId": ec2_id("r", i["InstanceId"]), "OwnerId": self.number, "Groups": [], "Instances": [i]} for i in self.instances]},
                "ec2.describe-network-interfaces": {"NetworkInterfaces": self.interfaces},
                "ec2.describe-security-groups": {"SecurityGroups": self.security_groups}, "ec2.describe-vpcs": {"Vpcs": self.vpcs},
                "ec2.describe-subnets": {"Subnets": self.subnets}, "ec2.describe-route-tables": {"RouteTables": self.route_tables},
                "ec2.describe-network-acls": {"NetworkAcls": self.acls}, "ec2.describe-internet-gateways": {"InternetGateways": self.gateways},
                "ec2.describe-nat-gateways": {"NatGateways": self.nats}, "ec2.describe-key-pairs": {"KeyPairs": self.key_pairs},
                "ec2.describe-addresses": {"Addresses": self.addresses}, "ec2.describe-images": {"Images": self.images}}

    def s3(self):
        return {"sts.get-caller-identity": self.caller(),
                "s3api.list-buckets": {"Buckets": [{"Name": b["Name"], "CreationDate": WHEN} for b in self.buckets],
                                       "Owner": {"DisplayName": self.name, "ID": hexadecimal(self.number, 64)}},
                "s3control.get-public-access-block": {"PublicAccessBlockConfiguration": {
                    k: False for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}},
                "s3.buckets-detail": self.buckets}


def access_key(user):
    """Made up: no such key exists. The letters say so."""
    return "AKIAEXAMPLE" + letters("key of " + user, 9)
