using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Ignition.ContainerLinux.Sections;
using static XenKube.Ignition.ContainerLinux.Decoding.ClcFields;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The keys of a Container Linux Config, in the order in which they are checked.</summary>
internal static class ClcSchema
{
    private static readonly ClcShape<ClcConfig> Old = Create(isNew: false);
    private static readonly ClcShape<ClcConfig> New = Create(isNew: true);

    /// <summary>The document as a release knows it.</summary>
    public static ClcShape<ClcConfig> For(ClcRelease release) => release.IsNew ? New : Old;

    private static ClcShape<ClcConfig> Create(bool isNew) => new(
        "types.Config",
        Object<ClcConfig, ClcIgnition>("ignition", Ignition(isNew), static o => ref o.Ignition!),
        Object<ClcConfig, ClcStorage>("storage", ClcStorageSchema.Create(isNew), static o => ref o.Storage!),
        Object<ClcConfig, ClcSystemd>("systemd", Systemd(), static o => ref o.Systemd!),
        Object<ClcConfig, ClcNetworkd>("networkd", Networkd(isNew), static o => ref o.Networkd!),
        Object<ClcConfig, ClcPasswd>("passwd", ClcPasswdSchema.Create(), static o => ref o.Passwd!),
        new ClcOptionSectionField(ClcEtcd.Rules(isNew), isNew, static o => ref o.Etcd),
        new ClcOptionSectionField(ClcFlannel.Rules(), isNew, static o => ref o.Flannel),
        OptionalObject<ClcConfig, ClcUpdate>("update", Update(), static o => ref o.Update),
        OptionalObject<ClcConfig, ClcDocker>(
            "docker", new ClcShape<ClcDocker>("types.Docker", Texts<ClcDocker>("flags", static o => ref o.Flags)), static o => ref o.Docker),
        OptionalObject<ClcConfig, ClcLocksmith>("locksmith", Locksmith(isNew), static o => ref o.Locksmith));

    private static ClcShape<ClcIgnition> Ignition(bool isNew)
    {
        var reference = Reference("types.ConfigReference");
        ClcField<ClcIgnition>[] fields =
        [
            Object<ClcIgnition, ClcIgnitionConfig>(
                "config",
                new ClcShape<ClcIgnitionConfig>(
                    "types.IgnitionConfig",
                    Objects<ClcIgnitionConfig, ClcConfigReference>("append", reference, static o => ref o.Append),
                    OptionalObject<ClcIgnitionConfig, ClcConfigReference>("replace", reference, static o => ref o.Replace)),
                static o => ref o.Config!),
            Object<ClcIgnition, ClcTimeouts>(
                "timeouts",
                new ClcShape<ClcTimeouts>(
                    "types.Timeouts",
                    OptionalNumber<ClcTimeouts>("http_response_headers", static o => ref o.HttpResponseHeaders),
                    OptionalNumber<ClcTimeouts>("http_total", static o => ref o.HttpTotal)),
                static o => ref o.Timeouts!),
        ];
        return new ClcShape<ClcIgnition>("types.Ignition", isNew ? [.. fields, Security()] : fields);
    }

    private static ClcField<ClcIgnition> Security() => Object<ClcIgnition, ClcSecurity>(
        "security",
        new ClcShape<ClcSecurity>(
            "types.Security",
            Object<ClcSecurity, ClcTls>(
                "tls",
                new ClcShape<ClcTls>(
                    "types.TLS",
                    Objects<ClcTls, ClcConfigReference>(
                        "certificate_authorities", Reference("types.CaReference"), static o => ref o.CertificateAuthorities)),
                static o => ref o.Tls!)),
        static o => ref o.Security!);

    private static ClcShape<ClcConfigReference> Reference(string name) => new(
        name,
        Text<ClcConfigReference>("source", static o => ref o.Source),
        Object<ClcConfigReference, ClcVerification>("verification", ClcStorageSchema.Verification(), static o => ref o.Verification!));

    private static ClcShape<ClcSystemd> Systemd() => new(
        "types.Systemd",
        Objects<ClcSystemd, ClcSystemdUnit>(
            "units",
            new ClcShape<ClcSystemdUnit>(
                "types.SystemdUnit",
                Text<ClcSystemdUnit>("name", static o => ref o.Name),
                Flag<ClcSystemdUnit>("enable", static o => ref o.Enable),
                OptionalFlag<ClcSystemdUnit>("enabled", static o => ref o.Enabled),
                Flag<ClcSystemdUnit>("mask", static o => ref o.Mask),
                Text<ClcSystemdUnit>("contents", static o => ref o.Contents),
                Objects<ClcSystemdUnit, ClcDropin>("dropins", Dropin("types.SystemdUnitDropIn"), static o => ref o.Dropins)),
            static o => ref o.Units));

    private static ClcShape<ClcNetworkd> Networkd(bool isNew)
    {
        ClcField<ClcNetworkdUnit>[] fields =
        [
            Text<ClcNetworkdUnit>("name", static o => ref o.Name),
            Text<ClcNetworkdUnit>("contents", static o => ref o.Contents),
        ];
        var dropins = Objects<ClcNetworkdUnit, ClcDropin>("dropins", Dropin("types.NetworkdUnitDropIn"), static o => ref o.Dropins);
        return new ClcShape<ClcNetworkd>(
            "types.Networkd",
            Objects<ClcNetworkd, ClcNetworkdUnit>(
                "units", new ClcShape<ClcNetworkdUnit>("types.NetworkdUnit", isNew ? [.. fields, dropins] : fields), static o => ref o.Units));
    }

    private static ClcShape<ClcDropin> Dropin(string name) => new(
        name, Text<ClcDropin>("name", static o => ref o.Name), Text<ClcDropin>("contents", static o => ref o.Contents));

    private static ClcShape<ClcUpdate> Update() => new(
        "types.Update",
        Text<ClcUpdate>("group", static o => ref o.Group, type: "types.UpdateGroup"),
        Text<ClcUpdate>("server", static o => ref o.Server, ClcUpdateConf.CheckServer, "types.UpdateServer"))
    {
        Rule = ClcUpdateConf.CheckGroup,
    };

    private static ClcShape<ClcLocksmith> Locksmith(bool isNew) => new(
        "types.Locksmith",
        LocksmithSetting("reboot_strategy", static o => ref o.RebootStrategy, isNew, o => ClcUpdateConf.CheckStrategy(o, isNew)),
        LocksmithSetting("window_start", static o => ref o.WindowStart, isNew, ClcUpdateConf.CheckWindowStart),
        LocksmithSetting("window_length", static o => ref o.WindowLength, isNew, ClcUpdateConf.CheckWindowLength),
        LocksmithSetting("group", static o => ref o.Group, isNew),
        LocksmithSetting("etcd_endpoints", static o => ref o.EtcdEndpoints, isNew),
        LocksmithSetting("etcd_cafile", static o => ref o.EtcdCAFile, isNew),
        LocksmithSetting("etcd_certfile", static o => ref o.EtcdCertFile, isNew),
        LocksmithSetting("etcd_keyfile", static o => ref o.EtcdKeyFile, isNew))
    {
        Rule = ClcUpdateConf.CheckWindow,
    };

    private static ClcField<ClcLocksmith> LocksmithSetting(
        string key, ClcSlot<ClcLocksmith, string?> slot, bool isNew, Func<ClcLocksmith, ClcFinding?>? rule = null) =>
        isNew
            ? OptionalText<ClcLocksmith>(key, slot, rule)
            : Text<ClcLocksmith>(key, slot!, rule);
}
