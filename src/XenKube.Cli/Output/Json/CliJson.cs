using System.Text.Json.Serialization;
using XenKube.Booting;
using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Etcd;
using XenKube.FileSystems;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Publishing;
using XenKube.Ignition.Templates;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Kube;

namespace XenKube.Cli.Output.Json;

/// <summary>
/// What <c>--json</c> prints, as code that the compiler makes, since the native program has no other way to look into objects. A type that
/// is printed is named here.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IReadOnlyList<CheckResult>))]
[JsonSerializable(typeof(IReadOnlyList<Cluster>))]
[JsonSerializable(typeof(List<Node>))]
[JsonSerializable(typeof(List<XenSetting>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(IReadOnlyList<IgnitionReset>))]
[JsonSerializable(typeof(OemGrubConfig))]
[JsonSerializable(typeof(List<BootPlan>))]
[JsonSerializable(typeof(IReadOnlyList<DiskPartition>))]
[JsonSerializable(typeof(FileSystemSpace[]))]
[JsonSerializable(typeof(FileSystemEntry[]))]
[JsonSerializable(typeof(CoreOSImage))]
[JsonSerializable(typeof(IReadOnlyList<CoreOSImage>))]
[JsonSerializable(typeof(IReadOnlyList<ImageRelease>))]
[JsonSerializable(typeof(NodeDiskResult))]
[JsonSerializable(typeof(IReadOnlyList<SigningKey>))]
[JsonSerializable(typeof(List<SigningKey>))]
[JsonSerializable(typeof(CertificateAuthority))]
[JsonSerializable(typeof(IReadOnlyList<ClusterCertificate>))]
[JsonSerializable(typeof(IReadOnlyList<CertificateDelivery>))]
[JsonSerializable(typeof(IReadOnlyList<EtcdMember>))]
[JsonSerializable(typeof(EtcdCluster))]
[JsonSerializable(typeof(EtcdKeyRow))]
[JsonSerializable(typeof(EtcdSnapshotRow))]
[JsonSerializable(typeof(IReadOnlyList<KubeConfig>))]
[JsonSerializable(typeof(IReadOnlyList<IgnitionChange>))]
[JsonSerializable(typeof(IgnitionTemplateResult))]
[JsonSerializable(typeof(List<IgnitionTemplateResult>))]
[JsonSerializable(typeof(DecompiledRow))]
[JsonSerializable(typeof(List<object>))]
[JsonSerializable(typeof(ConfigChangeRow))]
[JsonSerializable(typeof(PublishedIgnition))]
[JsonSerializable(typeof(IReadOnlyList<HostStepRow>))]
[JsonSerializable(typeof(IReadOnlyList<HostResultRow>))]
[JsonSerializable(typeof(IReadOnlyList<BackupRow>))]
[JsonSerializable(typeof(IReadOnlyList<ForwardRow>))]
[JsonSerializable(typeof(ServingLine))]
[JsonSerializable(typeof(RequestLine))]
[JsonSerializable(typeof(IReadOnlyList<GuestRow>))]
[JsonSerializable(typeof(IReadOnlyList<PlannedGuestRow>))]
internal sealed partial class CliJson : JsonSerializerContext;
