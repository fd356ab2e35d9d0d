/* What machines are made from: images, volumes, snapshots, launch templates and configurations, auto scaling groups. */
#include "ingest/aws/aws_part.h"

/* ---- images ---- */

static const aws_field image_fields[] = {
    { "id", "ImageId", AWS_AS_IS },
    { "imageid", "ImageId", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "creationdate", "CreationDate", AWS_AS_IS },
    { "architecture", "Architecture", AWS_AS_IS },
    { "location", "ImageLocation", AWS_AS_IS },
    { "type", "ImageType", AWS_AS_IS },
    { "ispublic", "Public", AWS_AS_IS },
    { "platform", "Platform", AWS_AS_IS },
    { "platform_details", "PlatformDetails", AWS_AS_IS },
    { "usageoperation", "UsageOperation", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "enasupport", "EnaSupport", AWS_AS_IS },
    { "hypervisor", "Hypervisor", AWS_AS_IS },
    { "rootdevicename", "RootDeviceName", AWS_AS_IS },
    { "rootdevicetype", "RootDeviceType", AWS_AS_IS },
    { "virtualizationtype", "VirtualizationType", AWS_AS_IS },
    { "sriov_net_support", "SriovNetSupport", AWS_AS_IS },
    { "bootmode", "BootMode", AWS_AS_IS },
    { "imds_support", "ImdsSupport", AWS_AS_IS },
    { "owner", "OwnerId", AWS_AS_IS },
    { "image_owner_alias", "ImageOwnerAlias", AWS_AS_IS },
    { "kernel_id", "KernelId", AWS_AS_IS },
    { "ramdisk_id", "RamdiskId", AWS_AS_IS },
    { 0 },
};
static const aws_shape image_shape = { .labels = { "AWSEC2Image", "EC2Image" }, .id = "{ImageId}", .fields = image_fields, .tags = "Tags" };
/* Amazon's and the marketplace's: their owners are no accounts of the estate. */
static const aws_shape vendor_image_shape = {
    .labels = { "AWSEC2Image", "EC2Image" }, .id = "{ImageId}", .fields = image_fields, .tags = "Tags", .no_account = true
};

static int32_t image(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str alias = aws_str(item, "ImageOwnerAlias");
    const bool own = !alias.length || cg_str_eq(alias, CG_STR("self"));

    return aws_apply(c, own ? &image_shape : &vendor_image_shape, item, err);
}

/* Who may use an image or make a volume of a snapshot: everybody, or some accounts. */
static int32_t permissions(aws_ctx *c, const cg_tree *item, cg_str id, const char *const *labels, const char *list, cspm_error **err)
{
    const cg_tree *grants = aws_list(item, list);
    bool everybody = false;
    int32_t rc = CSPM_OK;

    if (!id.length)
        return aws_skip(c, item, "bad-item", err, "an attribute does not say of what it is");
    for (uint32_t i = 0; grants && i < grants->list.count; i++)
        everybody = everybody || cg_str_eq(aws_str(grants->list.items[i], "Group"), CG_STR("all"));
    if ((rc = aws_node(c, item, id, labels, err)) == CSPM_OK && (rc = aws_prop(c, "ispublic", cg_v_bool(everybody), err)) == CSPM_OK)
        rc = aws_node_end(c, false, err);
    for (uint32_t i = 0; grants && i < grants->list.count && rc == CSPM_OK; i++)
        rc = aws_tie(c, grants->list.items[i], id, "SHARED_WITH", aws_str(grants->list.items[i], "UserId"), "AWSAccount", err);
    return rc;
}

static int32_t image_permissions(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSEC2Image", "EC2Image", NULL };

    return permissions(c, item, aws_str(item, "ImageId"), labels, "LaunchPermissions", err);
}

/* ---- volumes and snapshots ---- */

static const aws_field volume_fields[] = {
    { "id", "VolumeId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("volume", "VolumeId"), AWS_AS_IS },
    { "volumeid", "VolumeId", AWS_AS_IS },
    { "availabilityzone", "AvailabilityZone", AWS_AS_IS },
    { "createtime", "CreateTime", AWS_TIME },
    { "encrypted", "Encrypted", AWS_AS_IS },
    { "size", "Size", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "outpostarn", "OutpostArn", AWS_AS_IS },
    { "snapshotid", "SnapshotId", AWS_AS_IS },
    { "iops", "Iops", AWS_AS_IS },
    { "fastrestored", "FastRestored", AWS_AS_IS },
    { "multiattachenabled", "MultiAttachEnabled", AWS_AS_IS },
    { "type", "VolumeType", AWS_AS_IS },
    { "kmskeyid", "KmsKeyId", AWS_AS_IS },
    { 0 },
};
static const aws_link volume_links[] = {
    { "ATTACHED_TO", false, "Attachments[].InstanceId", NULL, "AWSEC2Instance" },
    { "CREATED_FROM", true, "SnapshotId", NULL, "AWSEBSSnapshot" }, /* Cartography's direction */
    { 0 },
};
static const aws_shape volume_shape = {
    .labels = { "AWSEBSVolume", "EBSVolume" },
    .id = "{VolumeId}",
    .aliases = { AWS_EC2_ARN("volume", "VolumeId") },
    .fields = volume_fields,
    .links = volume_links,
    .tags = "Tags",
};

static const aws_field snapshot_fields[] = {
    { "id", "SnapshotId", AWS_AS_IS },
    { "snapshotid", "SnapshotId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("snapshot", "SnapshotId"), AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "ownerid", "OwnerId", AWS_AS_IS },
    { "ispublic", "Public", AWS_AS_IS },
    { "encrypted", "Encrypted", AWS_AS_IS },
    { "progress", "Progress", AWS_AS_IS },
    { "starttime", "StartTime", AWS_TIME },
    { "state", "State", AWS_AS_IS },
    { "statemessage", "StateMessage", AWS_AS_IS },
    { "volumeid", "VolumeId", AWS_AS_IS },
    { "volumesize", "VolumeSize", AWS_AS_IS },
    { "outpostarn", "OutpostArn", AWS_AS_IS },
    { "dataencryptionkeyid", "DataEncryptionKeyId", AWS_AS_IS },
    { "kmskeyid", "KmsKeyId", AWS_AS_IS },
    { 0 },
};
static const aws_shape snapshot_shape = {
    .labels = { "AWSEBSSnapshot", "EBSSnapshot" },
    .id = "{SnapshotId}",
    .aliases = { AWS_EC2_ARN("snapshot", "SnapshotId") },
    .fields = snapshot_fields,
    .tags = "Tags",
};

static int32_t snapshot_permissions(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSEBSSnapshot", "EBSSnapshot", NULL };

    return permissions(c, item, aws_str(item, "SnapshotId"), labels, "CreateVolumePermissions", err);
}

/* ---- launch templates ---- */

static const aws_field template_fields[] = {
    { "id", "LaunchTemplateId", AWS_AS_IS },
    { "launch_template_id", "LaunchTemplateId", AWS_AS_IS },
    { "name", "LaunchTemplateName", AWS_AS_IS },
    { "create_time", "CreateTime", AWS_TIME },
    { "created_by", "CreatedBy", AWS_AS_IS },
    { "default_version_number", "DefaultVersionNumber", AWS_AS_IS },
    { "latest_version_number", "LatestVersionNumber", AWS_AS_IS },
    { 0 },
};
static const aws_shape template_shape = {
    .labels = { "AWSLaunchTemplate", "LaunchTemplate" },
    .id = "{LaunchTemplateId}",
    .aliases = { AWS_EC2_ARN("launch-template", "LaunchTemplateId") },
    .fields = template_fields,
    .tags = "Tags",
};

/* Roles come to what is launched through the profile, which is named by ARN or, in the account itself, by name. */
static int32_t profile(aws_ctx *c, const cg_tree *item, cg_str id, cg_str named, cspm_error **err)
{
    if (!named.length)
        return CSPM_OK;
    if (!cg_str_starts(named, CG_STR("arn:"))) {
        const cg_str place = aws_text(c, item, "arn:{partition}:iam::{account}:instance-profile/");
        if (!place.length)
            return CSPM_OK;
        named = aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(named));
    }
    return aws_tie(c, item, id, "INSTANCE_PROFILE", named, "AWSInstanceProfile", err);
}

static const aws_field version_fields[] = {
    { "id", "{LaunchTemplateId}-{VersionNumber}", AWS_AS_IS },
    { "name", "LaunchTemplateName", AWS_AS_IS },
    { "create_time", "CreateTime", AWS_TIME },
    { "created_by", "CreatedBy", AWS_AS_IS },
    { "default_version", "DefaultVersion", AWS_AS_IS },
    { "version_number", "VersionNumber", AWS_AS_IS },
    { "version_description", "VersionDescription", AWS_AS_IS },
    { "kernel_id", "LaunchTemplateData.KernelId", AWS_AS_IS },
    { "ebs_optimized", "LaunchTemplateData.EbsOptimized", AWS_AS_IS },
    { "iam_instance_profile_arn", "LaunchTemplateData.IamInstanceProfile.Arn", AWS_AS_IS },
    { "iam_instance_profile_name", "LaunchTemplateData.IamInstanceProfile.Name", AWS_AS_IS },
    { "image_id", "LaunchTemplateData.ImageId", AWS_AS_IS },
    { "instance_type", "LaunchTemplateData.InstanceType", AWS_AS_IS },
    { "key_name", "LaunchTemplateData.KeyName", AWS_AS_IS },
    { "monitoring_enabled", "LaunchTemplateData.Monitoring.Enabled", AWS_AS_IS },
    { "ramdisk_id", "LaunchTemplateData.RamDiskId", AWS_AS_IS },
    { "disable_api_termination", "LaunchTemplateData.DisableApiTermination", AWS_AS_IS },
    { "instance_initiated_shutdown_behavior", "LaunchTemplateData.InstanceInitiatedShutdownBehavior", AWS_AS_IS },
    { "security_group_ids", "LaunchTemplateData.SecurityGroupIds", AWS_AS_IS },
    { "security_groups", "LaunchTemplateData.SecurityGroups", AWS_AS_IS },
    { "associate_public_ip_address", "LaunchTemplateData.NetworkInterfaces[].AssociatePublicIpAddress", AWS_AS_IS },
    { "metadatahttptokens", "LaunchTemplateData.MetadataOptions.HttpTokens", AWS_AS_IS },
    { "metadatahttpputresponsehoplimit", "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", AWS_AS_IS },
    { 0 },
};
static const aws_link version_links[] = {
    { "VERSION", true, "LaunchTemplateId", NULL, "AWSLaunchTemplate" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "LaunchTemplateData.SecurityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "LaunchTemplateData.NetworkInterfaces[].Groups[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static const char *const version_labels[] = { "AWSLaunchTemplateVersion", "LaunchTemplateVersion", NULL };

static int32_t version_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *data = aws_get(item, "LaunchTemplateData");
    const cg_str id = c->id, arn = aws_str(data, "IamInstanceProfile.Arn");
    int32_t rc = aws_node(c, item, id, version_labels, err);

    if (rc == CSPM_OK)
        rc = aws_user_data(c, aws_get(data, "UserData"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? profile(c, item, id, arn.length ? arn : aws_str(data, "IamInstanceProfile.Name"), err) : rc;
}

static const aws_shape version_shape = {
    .labels = { "AWSLaunchTemplateVersion", "LaunchTemplateVersion" },
    .id = "{LaunchTemplateId}-{VersionNumber}",
    .fields = version_fields,
    .links = version_links,
    .more = version_more,
};

/* ---- auto scaling ---- */

/* Groups name their launch configuration; the name is unique in an account and region. */
#define CONFIGURATION_KEY "launch-configuration/{account}/{region}/{LaunchConfigurationName}"

static const aws_field configuration_fields[] = {
    { "id", "LaunchConfigurationARN", AWS_AS_IS },
    { "arn", "LaunchConfigurationARN", AWS_AS_IS },
    { "name", "LaunchConfigurationName", AWS_AS_IS },
    { "image_id", "ImageId", AWS_AS_IS },
    { "key_name", "KeyName", AWS_AS_IS },
    { "security_groups", "SecurityGroups", AWS_AS_IS },
    { "instance_type", "InstanceType", AWS_AS_IS },
    { "kernel_id", "KernelId", AWS_AS_IS },
    { "ramdisk_id", "RamdiskId", AWS_AS_IS },
    { "instance_monitoring_enabled", "InstanceMonitoring.Enabled", AWS_AS_IS },
    { "spot_price", "SpotPrice", AWS_AS_IS },
    { "iam_instance_profile", "IamInstanceProfile", AWS_AS_IS },
    { "ebs_optimized", "EbsOptimized", AWS_AS_IS },
    { "associate_public_ip_address", "AssociatePublicIpAddress", AWS_AS_IS },
    { "placement_tenancy", "PlacementTenancy", AWS_AS_IS },
    { "metadatahttptokens", "MetadataOptions.HttpTokens", AWS_AS_IS },
    { 0 },
};
static const aws_link configuration_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroups[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static const char *const configuration_labels[] = { "AWSLaunchConfiguration", "LaunchConfiguration", NULL };

static int32_t configuration_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id;
    int32_t rc = aws_node(c, item, id, configuration_labels, err);

    if (rc == CSPM_OK)
        rc = aws_user_data(c, aws_get(item, "UserData"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? profile(c, item, id, aws_str(item, "IamInstanceProfile"), err) : rc;
}

static const aws_shape configuration_shape = {
    .labels = { "AWSLaunchConfiguration", "LaunchConfiguration" },
    .id = "{LaunchConfigurationARN}",
    .aliases = { CONFIGURATION_KEY },
    .fields = configuration_fields,
    .links = configuration_links,
    .more = configuration_more,
};

static const aws_field scaling_fields[] = {
    { "id", "AutoScalingGroupARN", AWS_AS_IS },
    { "arn", "AutoScalingGroupARN", AWS_AS_IS },
    { "name", "AutoScalingGroupName", AWS_AS_IS },
    { "capacityrebalance", "CapacityRebalance", AWS_AS_IS },
    { "createdtime", "CreatedTime", AWS_TIME },
    { "defaultcooldown", "DefaultCooldown", AWS_AS_IS },
    { "desiredcapacity", "DesiredCapacity", AWS_AS_IS },
    { "healthcheckgraceperiod", "HealthCheckGracePeriod", AWS_AS_IS },
    { "healthchecktype", "HealthCheckType", AWS_AS_IS },
    { "launchconfigurationname", "LaunchConfigurationName", AWS_AS_IS },
    { "launchtemplatename",
      "{LaunchTemplate.LaunchTemplateName|MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName}", AWS_AS_IS },
    { "launchtemplateid",
      "{LaunchTemplate.LaunchTemplateId|MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId}", AWS_AS_IS },
    { "launchtemplateversion", "{LaunchTemplate.Version|MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version}",
      AWS_AS_IS },
    { "maxinstancelifetime", "MaxInstanceLifetime", AWS_AS_IS },
    { "maxsize", "MaxSize", AWS_AS_IS },
    { "minsize", "MinSize", AWS_AS_IS },
    { "newinstancesprotectedfromscalein", "NewInstancesProtectedFromScaleIn", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "target_group_arns", "TargetGroupARNs", AWS_AS_IS },
    { 0 },
};
static const aws_link scaling_links[] = {
    { "MEMBER_AUTO_SCALE_GROUP", true, "Instances[].InstanceId", NULL, "AWSEC2Instance" },
    { "HAS_LAUNCH_TEMPLATE", false, "LaunchTemplate.LaunchTemplateId", NULL, "AWSLaunchTemplate" },
    { "HAS_LAUNCH_TEMPLATE", false, "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId", NULL,
      "AWSLaunchTemplate" },
    { "HAS_LAUNCH_CONFIG", false, "LaunchConfigurationName", CONFIGURATION_KEY, "AWSLaunchConfiguration" },
    { 0 },
};

/* The subnets stand in one text, separated by commas. */
static int32_t scaling_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    cg_str zones = aws_str(item, "VPCZoneIdentifier");
    const cg_str id = c->id;
    int32_t rc = CSPM_OK;

    while (zones.length > 0 && rc == CSPM_OK) {
        const char *comma = memchr(zones.data, ',', zones.length);
        const size_t n = comma ? (size_t)(comma - zones.data) : zones.length;
        cg_str subnet = { zones.data, n };
        while (subnet.length > 0 && subnet.data[0] == ' ')
            subnet = (cg_str){ subnet.data + 1, subnet.length - 1 };
        rc = aws_tie(c, item, id, "VPC_IDENTIFIER", subnet, "AWSEC2Subnet", err);
        zones = comma ? (cg_str){ comma + 1, zones.length - n - 1 } : CG_STR_NULL;
    }
    return rc;
}

static const aws_shape scaling_shape = {
    .labels = { "AWSAutoScalingGroup", "AutoScalingGroup" },
    .id = "{AutoScalingGroupARN}",
    .fields = scaling_fields,
    .links = scaling_links,
    .tags = "Tags",
    .more = scaling_more,
};

/* ---- reservations of capacity ---- */

static const aws_field reserved_fields[] = {
    { "id", "ReservedInstancesId", AWS_AS_IS },
    { "availabilityzone", "AvailabilityZone", AWS_AS_IS },
    { "duration", "Duration", AWS_AS_IS },
    { "end", "End", AWS_TIME },
    { "start", "Start", AWS_TIME },
    { "count", "InstanceCount", AWS_AS_IS },
    { "type", "InstanceType", AWS_AS_IS },
    { "productdescription", "ProductDescription", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "currencycode", "CurrencyCode", AWS_AS_IS },
    { "instancetenancy", "InstanceTenancy", AWS_AS_IS },
    { "offeringclass", "OfferingClass", AWS_AS_IS },
    { "offeringtype", "OfferingType", AWS_AS_IS },
    { "scope", "Scope", AWS_AS_IS },
    { "fixedprice", "FixedPrice", AWS_AS_IS },
    { 0 },
};
static const aws_shape reserved_shape = {
    .labels = { "AWSEC2ReservedInstance", "EC2ReservedInstance" }, .id = "{ReservedInstancesId}", .fields = reserved_fields, .tags = "Tags"
};

static const aws_field spot_fields[] = {
    { "id", "SpotInstanceRequestId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { "image_id", "LaunchSpecification.ImageId", AWS_AS_IS },
    { "instance_type", "LaunchSpecification.InstanceType", AWS_AS_IS },
    { "key_name", "LaunchSpecification.KeyName", AWS_AS_IS },
    { "instance_id", "InstanceId", AWS_AS_IS },
    { 0 },
};
static const aws_link spot_links[] = {
    { "HAS_INSTANCE", false, "InstanceId", NULL, "AWSEC2Instance" },
    { "INSTANCE_PROFILE", false, "LaunchSpecification.IamInstanceProfile.Arn", NULL, "AWSInstanceProfile" },
    { 0 },
};
static const aws_shape spot_shape = {
    .labels = { "AWSEC2SpotInstanceRequest" }, .id = "{SpotInstanceRequestId}", .fields = spot_fields, .links = spot_links, .tags = "Tags"
};

const aws_answer aws_answers_launch[] = {
    { .operation = "ec2.describe-images", .items = "Images[]", .take = image },
    { .operation = "ec2.describe-image-attribute", .items = "", .sign = "LaunchPermissions", .take = image_permissions },
    { .operation = "ec2.describe-volumes", .items = "Volumes[]", .shape = &volume_shape },
    { .operation = "ec2.describe-snapshots", .items = "Snapshots[]", .sign = "SnapshotId", .shape = &snapshot_shape },
    { .operation = "ec2.describe-snapshot-attribute", .items = "", .sign = "CreateVolumePermissions", .take = snapshot_permissions },
    { .operation = "ec2.describe-launch-templates", .items = "LaunchTemplates[]", .shape = &template_shape },
    { .operation = "ec2.describe-launch-template-versions", .items = "LaunchTemplateVersions[]", .shape = &version_shape },
    { .operation = "ec2.describe-reserved-instances", .items = "ReservedInstances[]", .shape = &reserved_shape },
    { .operation = "ec2.describe-spot-instance-requests", .items = "SpotInstanceRequests[]", .shape = &spot_shape },
    { .operation = "autoscaling.describe-launch-configurations", .items = "LaunchConfigurations[]", .shape = &configuration_shape },
    { .operation = "autoscaling.describe-auto-scaling-groups", .items = "AutoScalingGroups[]", .shape = &scaling_shape },
    { .operation = NULL },
};
