using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.Generation2;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Translation;

/// <summary>
/// Ignition's own rules on a translated config, with positions in the source. They run in the order of the output's tree; an
/// error about an object as a whole ends its visit.
/// </summary>
internal sealed partial class Ign2Rules(Ign2Config config, bool isNew, SourceTree tree)
{
    private readonly Report report = new();

    /// <summary>What was found.</summary>
    public Report Check()
    {
        CheckFilesystemNames();
        CheckIgnition(tree.At("ignition"));
        var networkd = tree.At("networkd", "units");
        for (var index = 0; index < config.NetworkdUnits.Count; index++)
        {
            CheckNetworkdUnit(config.NetworkdUnits[index], networkd.Item(index));
        }
        CheckPasswd(tree.At("passwd"));
        CheckStorage(tree.At("storage"));
        var systemd = tree.At("systemd", "units");
        for (var index = 0; index < config.Units.Count; index++)
        {
            CheckUnit(config.Units[index], systemd.Item(index));
        }
        return report;
    }

    private YamlPlace Child(YamlPlace place, string name) => tree.Child(place, name);

    private void Error(YamlPlace place, string message) => report.Add(place.Entry(ReportKind.Error, message));

    private void Warn(YamlPlace place, string message) => report.Add(place.Entry(ReportKind.Warning, message));

    private void CheckFilesystemNames()
    {
        var known = new HashSet<string>(config.Storage.Filesystems.Select(filesystem => filesystem.Name), StringComparer.Ordinal) { "root" };
        CheckNodes(config.Storage.Files, "File");
        CheckNodes(config.Storage.Links, "Link");
        CheckNodes(config.Storage.Directories, "Directory");
        var seen = new HashSet<string>(StringComparer.Ordinal) { "root" };
        foreach (var filesystem in config.Storage.Filesystems)
        {
            if (!seen.Add(filesystem.Name))
            {
                Warn(tree.Top, $"Filesystem {ByteText.Quote(filesystem.Name)} shadows exising filesystem definition");
            }
        }

        void CheckNodes(IEnumerable<Ign2Node> nodes, string kind)
        {
            foreach (var node in nodes)
            {
                if (node.Filesystem.Length > 0 && !known.Contains(node.Filesystem))
                {
                    Warn(
                        tree.Top,
                        $"{kind} {ByteText.Quote(node.Path)} references nonexistent filesystem {ByteText.Quote(node.Filesystem)}."
                        + " (This is ok if it is defined in a referenced config)");
                }
            }
        }
    }

    private void CheckIgnition(YamlPlace place)
    {
        var append = Child(Child(place, "config"), "append");
        for (var index = 0; index < config.Ignition.Append.Count; index++)
        {
            CheckReference(config.Ignition.Append[index], append.Item(index));
        }
        if (config.Ignition.Replace is { } replace)
        {
            CheckReference(replace, Child(Child(place, "config"), "replace"));
        }
        var authorities = Child(Child(Child(place, "security"), "tls"), "certificateAuthorities");
        for (var index = 0; index < config.Ignition.CertificateAuthorities.Count; index++)
        {
            CheckReference(config.Ignition.CertificateAuthorities[index], authorities.Item(index));
        }
    }

    private void CheckReference(Ign2Reference reference, YamlPlace place)
    {
        if (CheckUrl(reference.Source) is { } error)
        {
            Error(Child(place, "source"), error);
        }
        CheckHash(reference.Hash, Child(place, "verification"));
    }

    /// <summary>Why a source is refused, or null.</summary>
    private string? CheckUrl(string source)
    {
        if (source.Length == 0)
        {
            return null;
        }
        if (GoUrl.Parse(source, out var error) is not { } url)
        {
            return isNew ? "unable to parse url" : error;
        }
        return url.Scheme switch
        {
            "http" or "https" or "oem" or "tftp" or "s3" => null,
            "data" => DataUrl.Validate(source),
            _ => "invalid url scheme",
        };
    }

    private void CheckHash(string? hash, YamlPlace place)
    {
        if (hash is not null && HashSpecifier.Validate(hash, allowSha256: false) is { } error)
        {
            Error(place, error);
        }
    }

    private void CheckPasswd(YamlPlace place)
    {
        var users = Child(place, "users");
        for (var index = 0; index < config.Passwd.Users.Count; index++)
        {
            var user = config.Passwd.Users[index];
            if (user.Create is null)
            {
                continue;
            }
            var at = users.Item(index);
            Warn(at, "the create object has been deprecated in favor of user-level options");
            foreach (var (isSet, field) in ((bool, string)[])[
                (user.Gecos.Length > 0, "gecos"),
                (user.Groups.Count > 0, "groups"),
                (user.HomeDir.Length > 0, "homeDir"),
                (user.NoCreateHome, "noCreateHome"),
                (user.NoLogInit, "noLogInit"),
                (user.NoUserGroup, "noUserGroup"),
                (user.PrimaryGroup.Length > 0, "primaryGroup"),
                (user.Shell.Length > 0, "shell"),
                (user.System, "system"),
                (user.Uid is not null, "uid")])
            {
                if (isSet)
                {
                    Error(at, $"cannot use both the create object and the user-level {field} field");
                }
            }
        }
    }

    private void CheckNetworkdUnit(Ign2NetworkdUnit unit, YamlPlace place)
    {
        var isGood = CheckUnitText(unit.Contents, place) is not null;
        if (GoPath.Extension(unit.Name) is not (".link" or ".netdev" or ".network"))
        {
            Error(place, "invalid networkd unit extension");
            isGood = false;
        }
        if (isGood)
        {
            CheckDropins(unit.Dropins, Child(place, "dropins"), "invalid networkd drop-in extension");
        }
    }

    private void CheckUnit(Ign2Unit unit, YamlPlace place)
    {
        var contents = Child(place, "contents");
        var text = CheckUnitText(unit.Contents, contents);
        if (isNew && text is { HasInstall: false, Options.Count: > 0 } && (unit.Enable || unit.Enabled == true))
        {
            Warn(contents, $"unit {ByteText.Quote(unit.Name)} is enabled, but has no install section so enable does nothing");
        }
        CheckDropins(unit.Dropins, Child(place, "dropins"), isNew ? "invalid systemd drop-in extension" : null);
        if (GoPath.Extension(unit.Name) is not (".service" or ".socket" or ".device" or ".mount" or ".automount" or ".swap" or ".target"
            or ".path" or ".timer" or ".snapshot" or ".slice" or ".scope"))
        {
            Error(Child(place, "name"), "invalid systemd unit extension");
        }
    }

    private void CheckDropins(List<Ign2Dropin> dropins, YamlPlace place, string? message)
    {
        for (var index = 0; index < dropins.Count; index++)
        {
            var at = place.Item(index);
            CheckUnitText(dropins[index].Contents, at);
            var extension = GoPath.Extension(dropins[index].Name);
            if (extension != ".conf")
            {
                Error(at, message ?? $"invalid systemd unit drop-in extension: {ByteText.Quote(extension)}");
            }
        }
    }

    /// <summary>The parsed text, or null after an error.</summary>
    private UnitText? CheckUnitText(string contents, YamlPlace place)
    {
        var text = UnitText.Parse(ByteText.ToBytes(contents));
        if (text.Error is null)
        {
            return text;
        }
        Error(place, "invalid unit content: " + text.Error);
        return null;
    }
}
