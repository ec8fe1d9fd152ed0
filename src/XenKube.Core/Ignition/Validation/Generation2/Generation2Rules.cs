using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using Finding = (XenKube.Ignition.ReportKind Kind, string Message);

namespace XenKube.Ignition.Validation.Generation2;

/// <summary>The rules of Ignition 2.0.0 to 2.4.0 and of the format before it, by type and field.</summary>
internal sealed class Generation2Rules(int spec)
{
    private static readonly string[] CreateConflicts =
        ["gecos", "groups", "homeDir", "noCreateHome", "noLogInit", "noUserGroup", "primaryGroup", "shell", "system", "uid"];

    private static readonly (string List, string Kind)[] NodeLists = [("files", "File"), ("links", "Link"), ("directories", "Directory")];

    private readonly Dictionary<ConfigType, IReadOnlySet<string>> names = [];
    private readonly PartitionRules partitions = new(spec);

    /// <summary>
    /// Whether an object's fields are looked for one level up: a slip of release 2.3.0 about <c>ignition.security.tls</c>, which is
    /// obeyed and reported as unknown.
    /// </summary>
    public bool IsFlattened(ConfigType owner, ConfigField field) => spec == 23 && owner.Name == "Security" && field.Name == "tls";

    /// <summary>The keys that an object may have.</summary>
    public IReadOnlySet<string> FieldNames(ConfigType type)
    {
        if (!names.TryGetValue(type, out var known))
        {
            known = new HashSet<string>(
                type.Fields.SelectMany(field => IsFlattened(type, field) ? field.Type.Fields.Select(inner => inner.Name) : [field.Name]),
                StringComparer.Ordinal);
            names[type] = known;
        }
        return known;
    }

    /// <summary>The rule about a value as a whole.</summary>
    public IEnumerable<Finding> Own(ConfigValue value) => value.Type.Name switch
    {
        "Config" => Config(value),
        "File" => value["append"].Flag && value["overwrite"].Flag ? Error("cannot set both append and overwrite to true") : [],
        "NodeUser" or "NodeGroup" => value["id"].IsSet && value["name"].Text.Length > 0 ? Error("cannot set both id and name") : [],
        "Partition" => partitions.Partition(value),
        "Filesystem" => Filesystem(value),
        "Mount" => IsFormat(value["format"].Text, withSwap: true) ? [] : Error("invalid filesystem format"),
        "PasswdUser" => User(value),
        "Verification" => value["hash"].IsSet ? Error(HashSpecifier.Validate(value["hash"].Text, allowSha256: false)) : [],
        "HTTPHeaders" => Headers(value),
        "SystemdDropin" => UnitFault(value["contents"].Text).Concat(UnitName.IsDropin(value["name"].Text) ? [] : Error("invalid systemd drop-in extension")),
        "NetworkdDropin" => UnitFault(value["contents"].Text).Concat(UnitName.IsDropin(value["name"].Text) ? [] : Error("invalid networkd drop-in extension")),
        "Networkdunit" => UnitFault(value["contents"].Text).Concat(UnitName.IsNetworkd(value["name"].Text) ? [] : Error("invalid networkd unit extension")),
        _ => Own20(value),
    };

    /// <summary>The rule about a field that hangs on the object it belongs to.</summary>
    public IEnumerable<Finding> Field(ConfigValue owner, string name) => (owner.Type.Name, name) switch
    {
        ("File" or "Directory" or "Link", "filesystem") => owner["filesystem"].Text.Length == 0 ? Error("no filesystem specified") : [],
        ("File" or "Directory" or "Link", "path") => Absolute(owner["path"].Text),
        ("File" or "Directory", "mode") => Mode(owner["mode"]),
        ("FileContents", "compression") => owner["compression"].Text is "" or "gzip" ? [] : Error("invalid compression method"),
        ("FileContents", "source") => FileSource(owner["source"].Text),
        ("ConfigReference" or "CaReference", "source") => Error(UrlFault(owner["source"].Text)),
        ("FileContents" or "ConfigReference" or "CaReference", "httpHeaders") =>
            owner["httpHeaders"].Items.Count == 0 ? [] : Error(SourceUrl.ValidateForHeaders(owner["source"].Text)),
        ("Disk", "device") => owner["device"].Text.Length == 0 ? Error("disk device is required") : Absolute(owner["device"].Text),
        ("Disk", "partitions") => partitions.Disk(owner),
        ("Partition", "size") => spec >= 23 && owner["size"].IsSet ? [(ReportKind.Deprecated, "size is deprecated; use sizeMB instead")] : [],
        ("Partition", "start") => spec >= 23 && owner["start"].IsSet ? [(ReportKind.Deprecated, "start is deprecated; use startMB instead")] : [],
        ("Partition", "label") => PartitionRules.Label(owner["label"].Text),
        ("Partition", "guid" or "typeGuid") => Guid(owner[name].Text),
        ("Filesystem", "path") => owner["path"].IsSet && !IsAbsolute(owner["path"].Text)
            ? Error(spec >= 23 ? $"filesystem {GoQuote.Quote(owner["name"].Text)}: path not absolute" : "path not absolute")
            : [],
        ("Mount", "device") => Absolute(owner["device"].Text),
        ("Mount", "label") => owner["label"].IsSet ? Error(FileSystemLabel.Validate(owner["format"].Text, owner["label"].Text)) : [],
        ("Raid", "level") => Raid(owner),
        ("Raid", "devices") => owner["devices"].Items.SelectMany(device => Absolute(device.Text)),
        ("Unit", "contents") => UnitContents(owner, owner["enable"].Flag || owner["enabled"].Flag),
        ("Unit", "name") => UnitName.IsSystemd(owner["name"].Text) ? [] : Error("invalid systemd unit extension"),
        _ => [],
    };

    /// <summary>The rules of 2.0.0 and before, which sit on the values themselves.</summary>
    private IEnumerable<Finding> Own20(ConfigValue value) => value.Type.Name switch
    {
        "Path" => Absolute(value.Text),
        "Compression" => value.Text is "" or "gzip" ? [] : Error("invalid compression method"),
        "uint32" => value.Number > 0xFFF ? Error("illegal file mode") : [],
        "Hash" => Error(HashSpecifier.Validate(value.Text, allowSha256: false)),
        "Url" => Error(UrlFault(value.Text)),
        "FilesystemFormat" => IsFormat(value.Text, withSwap: false) ? [] : Error("invalid filesystem format"),
        "PartitionLabel" => PartitionRules.Label(value.Text).Take(1),
        "PartitionTypeGUID" => Guid(value.Text),
        "PartitionTypeGUID1" => Guid(value.Text).Any()
            ? Error($"partition type-guid must have the form \"01234567-89AB-CDEF-EDCB-A98765432101\", got: {GoQuote.Quote(value.Text)}")
            : [],
        "Disk20" or "Disk1" => (value["device"].Text.Length == 0 ? Error("disk device is required") : []).Concat(partitions.Disk(value)),
        "File20" => value["filesystem"].Text.Length == 0 ? Error("no filesystem specified") : [],
        "Filesystem20" => (value["mount"].IsSet, value["path"].IsSet) switch
        {
            (false, false) => Error("filesystem is missing mount or path"),
            (true, true) => Error("filesystem has both mount and path defined"),
            _ => [],
        },
        "Raid20" => Raid(value),
        "SystemdUnit" => UnitContents(value, value["enable"].Flag),
        "SystemdUnitDropIn" or "NetworkdUnit" => UnitFault(value["contents"].Text),
        "SystemdUnitName" => UnitName.IsSystemd(value.Text) ? [] : Error("invalid systemd unit extension"),
        "SystemdUnitDropInName" => UnitName.IsDropin(value.Text) ? [] : Error("invalid systemd drop-in extension"),
        "NetworkdUnitName" => UnitName.IsNetworkd(value.Text) ? [] : Error("invalid networkd unit extension"),
        _ => [],
    };

    private static IEnumerable<Finding> Config(ConfigValue config)
    {
        var storage = config["storage"];
        var defined = storage["filesystems"].Items.Select(filesystem => filesystem["name"].Text).ToHashSet(StringComparer.Ordinal);
        defined.Add("root");
        foreach (var (list, kind) in NodeLists)
        {
            foreach (var node in storage[list].Items)
            {
                var filesystem = node["filesystem"].Text;
                if (filesystem.Length > 0 && !defined.Contains(filesystem))
                {
                    yield return (
                        ReportKind.Warning,
                        $"{kind} {GoQuote.Quote(node["path"].Text)} references nonexistent filesystem {GoQuote.Quote(filesystem)}. "
                        + "(This is ok if it is defined in a referenced config)");
                }
            }
        }
        var before = new HashSet<string>(StringComparer.Ordinal) { "root" };
        foreach (var filesystem in storage["filesystems"].Items)
        {
            if (!before.Add(filesystem["name"].Text))
            {
                yield return (ReportKind.Warning, $"Filesystem {GoQuote.Quote(filesystem["name"].Text)} shadows exising filesystem definition");
            }
        }
    }

    private IEnumerable<Finding> Mode(ConfigValue mode)
    {
        if (mode.Number < 0 || mode.Number > 0xFFF)
        {
            yield return (ReportKind.Error, "illegal file mode");
        }
        if (spec >= 22 && !mode.IsSet)
        {
            yield return (ReportKind.Warning, "permissions unset, defaulting to 0000");
        }
    }

    private IEnumerable<Finding> FileSource(string source) =>
        UrlFault(source) is not { } fault ? []
        : Error(spec >= 23 ? $"invalid url {GoQuote.Quote(source)}: {fault}" : fault);

    private static IEnumerable<Finding> Filesystem(ConfigValue filesystem)
    {
        var mount = filesystem["mount"];
        if (!mount.IsSet)
        {
            return filesystem["path"].IsSet ? [] : Error("filesystem is missing mount or path");
        }
        var findings = new List<Finding>();
        if (filesystem["path"].IsSet)
        {
            findings.AddRange(Error("filesystem has both mount and path defined"));
        }
        if (mount["create"].IsSet)
        {
            if (mount["wipeFilesystem"].Flag)
            {
                findings.AddRange(Error("cannot use both create object and wipeFilesystem field"));
            }
            if (mount["options"].Items.Count > 0)
            {
                findings.AddRange(Error("cannot use both create object and mount-level options field"));
            }
            findings.Add((ReportKind.Warning, "the create object has been deprecated in favor of mount-level options"));
        }
        return findings;
    }

    private static IEnumerable<Finding> User(ConfigValue user)
    {
        if (!user["create"].IsSet)
        {
            yield break;
        }
        yield return (ReportKind.Warning, "the create object has been deprecated in favor of user-level options");
        foreach (var name in CreateConflicts)
        {
            var field = user[name];
            var isUsed = name == "uid" ? field.IsSet : field.Flag || field.Text.Length > 0 || field.Items.Count > 0;
            if (isUsed)
            {
                yield return (ReportKind.Error, $"cannot use both the create object and the user-level {name} field");
            }
        }
    }

    private static IEnumerable<Finding> Headers(ConfigValue headers)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var header in headers.Items)
        {
            var name = header["name"].Text;
            if (name.Length == 0)
            {
                yield return (ReportKind.Error, "HTTP header name can't be empty");
            }
            else if (!found.Add(name))
            {
                yield return (ReportKind.Error, $"Found duplicate HTTP header: {GoQuote.Quote(name)}");
            }
        }
    }

    private static IEnumerable<Finding> Raid(ConfigValue raid)
    {
        var level = raid["level"].Text;
        return !RaidLevel.IsKnown(level) ? Error("unrecognized raid level")
            : RaidLevel.AllowsNoSpares(level) && raid["spares"].Number != 0 ? Error("spares unsupported for arrays with a level greater than 0")
            : [];
    }

    private static IEnumerable<Finding> UnitContents(ConfigValue unit, bool isEnabled)
    {
        var contents = unit["contents"].Text;
        var parsed = UnitText.Parse(contents);
        if (parsed.Error is not null)
        {
            return Error($"invalid unit content: {parsed.Error}");
        }
        // A text without any option at all gives the reference nothing to look at.
        return isEnabled && contents.Length > 0 && parsed.Options.Count > 0 && !parsed.HasInstall
            ? [(ReportKind.Warning, $"unit {GoQuote.Quote(unit["name"].Text)} is enabled, but has no install section so enable does nothing")]
            : [];
    }

    private static IEnumerable<Finding> UnitFault(string contents) =>
        UnitText.Parse(contents).Error is { } error ? Error($"invalid unit content: {error}") : [];

    private string? UrlFault(string url) => url.Length == 0 ? null : SourceUrl.Validate(url, spec);

    private static IEnumerable<Finding> Guid(string guid) => guid.Length == 0 || GptGuid.IsValid(guid) ? [] : Error(GptGuid.FormMessage);

    private static bool IsFormat(string format, bool withSwap) =>
        format is "ext4" or "btrfs" or "xfs" || (withSwap && format is ("swap" or "vfat"));

    private static IEnumerable<Finding> Absolute(string path) => IsAbsolute(path) ? [] : Error("path not absolute");

    private static bool IsAbsolute(string path) => path.StartsWith('/');

    private static IEnumerable<Finding> Error(string? message) => message is null ? [] : [(ReportKind.Error, message)];
}
