using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation2;

/// <summary>
/// The rules of Ignition 2.0.0 to 2.4.0 and of the format before it: of objects, given the object, and of fields, given the object
/// that the field belongs to.
/// </summary>
/// <remarks>Held against Ignition 0.35.0, and 01c039a in ct 0.5.0 and 8bc8a13 in ct 0.9.0.</remarks>
/// <param name="spec">The version of the config.</param>
/// <param name="release">The release of Ignition whose checks and words are used.</param>
internal sealed class Generation2Rules(IgnitionSpec spec, Generation2Release release)
{
    private const string NotAbsolute = "path not absolute";
    private const int ModeBits = 0xFFF;

    private static readonly string[] CreateConflicts =
        ["gecos", "groups", "homeDir", "noCreateHome", "noLogInit", "noUserGroup", "primaryGroup", "shell", "system", "uid"];

    private static readonly (string List, string Kind)[] NodeLists = [("files", "File"), ("links", "Link"), ("directories", "Directory")];

    /// <summary>Whether messages name the thing that they are about, as they did at first.</summary>
    private readonly bool isVerbose = release == Generation2Release.InCt050;

    /// <summary>Whether some messages name the thing that they are about again.</summary>
    private readonly bool isVerboseAgain = release == Generation2Release.InCt050 || spec >= IgnitionSpec.V2_3;

    /// <summary>The config as a whole: names of file systems.</summary>
    public static void Config(ConfigValue config, FindingPlace at)
    {
        var storage = config["storage"];
        var filesystems = storage["filesystems"].Items;
        var defined = filesystems.Select(filesystem => filesystem["name"].Text).ToHashSet(StringComparer.Ordinal);
        defined.Add("root");
        foreach (var (list, kind) in NodeLists)
        {
            foreach (var node in storage[list].Items)
            {
                var filesystem = node["filesystem"].Text;
                at.Warning(
                    filesystem.Length == 0 || defined.Contains(filesystem)
                        ? null
                        : $"{kind} {GoQuote.Quote(node["path"].Text)} references nonexistent filesystem {GoQuote.Quote(filesystem)}. "
                            + "(This is ok if it is defined in a referenced config)");
            }
        }
        var before = new HashSet<string>(StringComparer.Ordinal) { "root" };
        foreach (var name in filesystems.Select(filesystem => filesystem["name"].Text))
        {
            at.Warning(before.Add(name) ? null : $"Filesystem {GoQuote.Quote(name)} shadows exising filesystem definition");
        }
    }

    /// <summary>The source of a config or certificate elsewhere.</summary>
    public void Source(ConfigValue reference, FindingPlace at) => at.Error(UrlFault(reference["source"].Text));

    /// <summary>A URL by itself, as in 2.0.0.</summary>
    public void Url(ConfigValue url, FindingPlace at) => at.Error(UrlFault(url.Text));

    /// <summary>The headers of something that is fetched, which its source must allow.</summary>
    public static void HeadersOfSource(ConfigValue resource, FindingPlace at) =>
        at.Error(resource["httpHeaders"].Items.Count == 0 ? null : SourceUrl.ValidateForHeaders(resource["source"].Text));

    /// <summary>A list of headers by itself.</summary>
    public static void Headers(ConfigValue headers, FindingPlace at)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in headers.Items.Select(header => header["name"].Text))
        {
            at.Error(
                name.Length == 0 ? "HTTP header name can't be empty"
                : found.Add(name) ? null
                : $"Found duplicate HTTP header: {GoQuote.Quote(name)}");
        }
    }

    /// <summary>The hash of something that is fetched.</summary>
    public static void Verification(ConfigValue verification, FindingPlace at)
    {
        if (verification["hash"].IsSet)
        {
            Hash(verification["hash"], at);
        }
    }

    /// <summary>A hash by itself, as in 2.0.0.</summary>
    public static void Hash(ConfigValue hash, FindingPlace at) => at.Error(HashSpecifier.Validate(hash.Text, allowSha256: false));

    /// <summary>A user, who can be created in one of two ways.</summary>
    public static void User(ConfigValue user, FindingPlace at)
    {
        if (!user["create"].IsSet)
        {
            return;
        }
        at.Warning("the create object has been deprecated in favor of user-level options");
        foreach (var name in CreateConflicts)
        {
            var field = user[name];
            var isUsed = name == "uid" ? field.IsSet : field.Flag || field.Text.Length > 0 || field.Items.Count > 0;
            at.Error(isUsed ? $"cannot use both the create object and the user-level {name} field" : null);
        }
    }

    /// <summary>The file system of a file, directory or link.</summary>
    public static void NodeFilesystem(ConfigValue node, FindingPlace at) =>
        at.Error(node["filesystem"].Text.Length == 0 ? "no filesystem specified" : null);

    /// <summary>The path of a file, directory or link.</summary>
    public static void NodePath(ConfigValue node, FindingPlace at) => Absolute(node["path"], at);

    /// <summary>A path by itself, as in 2.0.0.</summary>
    public static void Absolute(ConfigValue path, FindingPlace at) => at.Error(IsAbsolute(path.Text) ? null : NotAbsolute);

    /// <summary>The owner of a node.</summary>
    public static void Owner(ConfigValue owner, FindingPlace at) =>
        at.Error(owner["id"].IsSet && owner["name"].Text.Length > 0 ? "cannot set both id and name" : null);

    /// <summary>The mode of a file or directory.</summary>
    public void Mode(ConfigValue node, FindingPlace at)
    {
        ModeBitsOf(node["mode"], at);
        at.Warning(spec >= IgnitionSpec.V2_2 && !node["mode"].IsSet ? "permissions unset, defaulting to 0000" : null);
    }

    /// <summary>A mode by itself, as in 2.0.0.</summary>
    public static void ModeBitsOf(ConfigValue mode, FindingPlace at) =>
        at.Error(mode.Number < 0 || mode.Number > ModeBits ? "illegal file mode" : null);

    /// <summary>One file.</summary>
    public static void File(ConfigValue file, FindingPlace at) =>
        at.Error(file["append"].Flag && file["overwrite"].Flag ? "cannot set both append and overwrite to true" : null);

    /// <summary>How the contents of a file are packed.</summary>
    public static void Compression(ConfigValue contents, FindingPlace at) => CompressionMethod(contents["compression"], at);

    /// <summary>A compression by itself, as in 2.0.0.</summary>
    public static void CompressionMethod(ConfigValue compression, FindingPlace at) =>
        at.Error(compression.Text is "" or "gzip" ? null : "invalid compression method");

    /// <summary>The source of the contents of a file.</summary>
    public void FileSource(ConfigValue contents, FindingPlace at)
    {
        var source = contents["source"].Text;
        var fault = UrlFault(source);
        at.Error(fault is not null && isVerboseAgain ? $"invalid url {GoQuote.Quote(source)}: {fault}" : fault);
    }

    /// <summary>A link as a whole: the place of a bad target in ct 0.5.0.</summary>
    public void Link(ConfigValue link, FindingPlace at) =>
        at.Error(isVerbose && IsRelativeLink(link)
            ? $"problem with target path {GoQuote.Quote(link["target"].Text)}: {NotAbsolute}"
            : null);

    /// <summary>The target of a link, at which ct looks and Ignition 0.35.0 does not.</summary>
    public void LinkTarget(ConfigValue link, FindingPlace at) =>
        at.Error(release == Generation2Release.InCt090 && IsRelativeLink(link) ? NotAbsolute : null);

    /// <summary>The device of a disk.</summary>
    public static void DiskDevice(ConfigValue disk, FindingPlace at)
    {
        var device = disk["device"].Text;
        at.Error(device.Length == 0 ? "disk device is required" : IsAbsolute(device) ? null : NotAbsolute);
    }

    /// <summary>A file system as a whole, as in 2.0.0.</summary>
    public static void MountOrPath(ConfigValue filesystem, FindingPlace at) =>
        at.Error((filesystem["mount"].IsSet, filesystem["path"].IsSet) switch
        {
            (false, false) => "filesystem is missing mount or path",
            (true, true) => "filesystem has both mount and path defined",
            _ => null,
        });

    /// <summary>A file system as a whole.</summary>
    public static void Filesystem(ConfigValue filesystem, FindingPlace at)
    {
        MountOrPath(filesystem, at);
        var mount = filesystem["mount"];
        if (mount["create"].IsSet)
        {
            at.Error(mount["wipeFilesystem"].Flag ? "cannot use both create object and wipeFilesystem field" : null);
            at.Error(mount["options"].Items.Count > 0 ? "cannot use both create object and mount-level options field" : null);
            at.Warning("the create object has been deprecated in favor of mount-level options");
        }
    }

    /// <summary>The path of a file system.</summary>
    public void FilesystemPath(ConfigValue filesystem, FindingPlace at)
    {
        if (filesystem["path"].IsSet && !IsAbsolute(filesystem["path"].Text))
        {
            at.Error(isVerboseAgain ? $"filesystem {GoQuote.Quote(filesystem["name"].Text)}: {NotAbsolute}" : NotAbsolute);
        }
    }

    /// <summary>What is mounted.</summary>
    public static void Mount(ConfigValue mount, FindingPlace at) =>
        at.Error(mount["format"].Text is "ext4" or "btrfs" or "xfs" or "swap" or "vfat" ? null : "invalid filesystem format");

    /// <summary>The device of what is mounted.</summary>
    public static void MountDevice(ConfigValue mount, FindingPlace at) => Absolute(mount["device"], at);

    /// <summary>The label of what is mounted.</summary>
    public static void MountLabel(ConfigValue mount, FindingPlace at) =>
        at.Error(mount["label"].IsSet ? FileSystemLabel.Validate(mount["format"].Text, mount["label"].Text) : null);

    /// <summary>The level of a RAID array, and its spares.</summary>
    public void Raid(ConfigValue raid, FindingPlace at)
    {
        var level = raid["level"].Text;
        if (!RaidLevel.IsKnown(level))
        {
            at.Error(isVerbose ? $"unrecognized raid level: {GoQuote.Quote(level)}" : "unrecognized raid level");
        }
        else if (RaidLevel.AllowsNoSpares(level) && raid["spares"].Number != 0)
        {
            at.Error(isVerbose
                ? $"spares unsupported for {GoQuote.Quote(level)} arrays"
                : "spares unsupported for arrays with a level greater than 0");
        }
    }

    /// <summary>The devices of a RAID array.</summary>
    public void RaidDevices(ConfigValue raid, FindingPlace at)
    {
        foreach (var device in raid["devices"].Items.Select(device => device.Text).Where(device => !IsAbsolute(device)))
        {
            at.Error(isVerbose
                ? $"array {GoQuote.Quote(raid["name"].Text)}: device path not absolute: {GoQuote.Quote(device)}"
                : NotAbsolute);
        }
    }

    /// <summary>The contents of a systemd unit.</summary>
    public void UnitContents(ConfigValue unit, FindingPlace at)
    {
        var parsed = UnitText.Parse(unit["contents"].Text);
        if (parsed.Error is not null)
        {
            at.Error($"invalid unit content: {parsed.Error}");
            return;
        }
        // A text without any option at all gives the reference nothing to look at.
        if (release != Generation2Release.InCt050 && (unit["enable"].Flag || unit["enabled"].Flag) && parsed.HasOptions
            && !parsed.HasInstall)
        {
            at.Warning($"unit {GoQuote.Quote(unit["name"].Text)} is enabled, but has no install section so enable does nothing");
        }
    }

    /// <summary>A drop-in of a systemd unit.</summary>
    public void SystemdDropin(ConfigValue dropin, FindingPlace at)
    {
        Generation2Units.UnitSyntax(dropin, at);
        var name = dropin["name"].Text;
        at.Error(
            Rules.UnitName.IsDropin(name) ? null
            : isVerbose ? $"invalid systemd unit drop-in extension: {GoQuote.Quote(GoPath.Extension(name))}"
            : "invalid systemd drop-in extension");
    }

    private string? UrlFault(string url) =>
        url.Length == 0 ? null : SourceUrl.Validate(url, spec, checkObjectVersion: release == Generation2Release.Ignition0350);

    private static bool IsRelativeLink(ConfigValue link) => !link["hard"].Flag && !IsAbsolute(link["target"].Text);

    private static bool IsAbsolute(string path) => path.StartsWith('/');
}
