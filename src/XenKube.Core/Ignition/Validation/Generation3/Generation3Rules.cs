using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>
/// The rules of Ignition 3.0.0 to 3.4.0, by type. Used for existing JSON and for what a dialect makes: findings have paths, the
/// caller knows the source.
/// </summary>
internal sealed class Generation3Rules(int spec, List<ConfigFinding> findings)
{
    private readonly SystemdRules systemd = new(findings);
    private readonly StorageRules storage = new(spec, findings);
    private readonly DiskRules disks = new(findings);
    private readonly ResourceRules resources = new(spec, findings);
    private readonly LuksRules luks = new(spec, findings);

    /// <summary>Walks the config depth first, an object before its fields; an error does not stop the descent.</summary>
    public void Check(ConfigValue config) => Visit(config, ConfigPath.Root);

    private void Visit(ConfigValue value, ConfigPath path)
    {
        Own(value, path);
        if (value.Type.Kind == ConfigKind.List)
        {
            for (var i = 0; i < value.Items.Count; i++)
            {
                Visit(value.Items[i], path.Item(i));
            }
            return;
        }
        // No rule asks anything of what is not given, other than those of the object it is missing from.
        foreach (var (field, child) in value.Present)
        {
            if (child.IsSet)
            {
                Visit(child, path.Field(field.Name));
            }
        }
    }

    private void Own(ConfigValue value, ConfigPath path)
    {
        switch (value.Type.Name)
        {
            case "Config":
                systemd.CheckPathConflicts(value, path);
                break;
            case "IgnitionConfig" when spec >= 31:
                resources.CheckRequired(value["merge"], path.Field("merge"));
                break;
            case "TLS" when spec >= 31:
                resources.CheckRequired(value["certificateAuthorities"], path.Field("certificateAuthorities"));
                break;
            case "Proxy":
                resources.CheckProxy(value["httpProxy"], path.Field("httpProxy"), isPlainFine: true);
                resources.CheckProxy(value["httpsProxy"], path.Field("httpsProxy"), isPlainFine: false);
                break;
            case "Resource" or "FileContents" or "ConfigReference":
                resources.Check(value, path);
                break;
            case "CaReference":
                // Spec 3.0.0 did not let an empty source pass here.
                Error(path.Field("source"), SourceUrl.Validate(value["source"].Text, spec));
                break;
            case "Verification" when value["hash"].IsSet:
                Error(path.Field("hash"), HashSpecifier.Validate(value["hash"].Text, allowSha256: spec >= 31));
                break;
            case "HTTPHeader":
                Error(path.Field("name"), value["name"].Text.Length == 0 ? "HTTP header name can't be empty" : null);
                Error(path.Field("value"), value["value"].IsSet && value["value"].Text.Length == 0 ? "unable to parse HTTP header" : null);
                break;
            case "Storage":
                storage.Check(value, path);
                break;
            case "File" or "Directory" or "Link":
                storage.CheckNode(value, path);
                break;
            case "NodeUser" or "NodeGroup":
                Error(path, value["id"].IsSet && value["name"].HasText ? "cannot set both id and name" : null);
                break;
            case "Disk":
                disks.CheckDisk(value, path);
                break;
            case "Partition":
                disks.CheckPartition(value, path);
                break;
            case "Filesystem":
                storage.CheckFilesystem(value, path);
                break;
            case "Raid":
                CheckRaid(value, path);
                break;
            case "Device":
                Error(path, NodePath.Validate(value.Text));
                break;
            case "Luks":
                luks.Check(value, path);
                break;
            case "ClevisCustom" or "Custom":
                luks.CheckCustom(value, path);
                break;
            case "Tang":
                luks.CheckTang(value, path);
                break;
            case "Systemd":
                systemd.CheckTemplates(value, path);
                break;
            case "Unit":
                systemd.CheckUnit(value, path);
                break;
            case "Dropin":
                systemd.CheckDropin(value, path);
                break;
        }
    }

    private void CheckRaid(ConfigValue raid, ConfigPath path)
    {
        var level = raid["level"].Text;
        Error(
            path.Field("level"),
            level.Length == 0 && spec >= 33 ? "raid level is required"
            : !RaidLevel.IsKnown(level) ? "unrecognized raid level"
            : RaidLevel.AllowsNoSpares(level) && raid["spares"].Number != 0 ? "spares unsupported for linear and raid0 arrays"
            : null);
        Error(path.Field("devices"), raid["devices"].Items.Count == 0 ? "raid devices required" : null);
    }

    private void Error(ConfigPath path, string? message) => findings.AddError(path, message);
}
