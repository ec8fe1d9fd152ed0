using XenKube.Ignition.Model;
using XenKube.Ignition.Validation.Generation3;

namespace XenKube.Ignition.Butane;

/// <summary>Butane's own rules about a document, before it is translated; an object before its fields.</summary>
internal sealed class ButaneRules(ButaneVersion version, List<ConfigFinding> findings)
{
    /// <summary>Checks a document.</summary>
    public void Check(ConfigValue config) => Visit(config, ConfigPath.Root);

    private void Visit(ConfigValue value, ConfigPath path)
    {
        Own(value, path);
        for (var i = 0; i < value.Items.Count; i++)
        {
            Visit(value.Items[i], path.Item(i));
        }
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
            case "FileContents" when value["inline"].IsSet && value["source"].IsSet:
                findings.AddError(path.Field("inline"), "only one of the following can be set: inline, local, source");
                break;
            case "Resource":
                var given = Array.FindAll(["local", "inline", "source"], name => value[name].IsSet);
                findings.AddError(path.Field(given.LastOrDefault("")), given.Length > 1 ? "only one of the following can be set: inline, local, source" : null);
                break;
            case "File" or "Directory":
                findings.AddWarning(
                    path.Field("mode"),
                    value["mode"].IsSet && FileModeSense.LooksDecimal(value["mode"].Number, value.Type.Name == "Directory")
                        ? "unreasonable mode would be reasonable if specified in octal; remember to add a leading zero"
                        : null);
                break;
            case "Filesystem" when value["with_mount_unit"].Flag:
                CheckMountUnit(value, path);
                break;
            case "Tree":
                findings.AddError(path, value["local"].Text.Length == 0 ? "local is required" : null);
                break;
            case "Unit" or "Dropin":
                findings.AddError(
                    path.Field("contents_local"),
                    value["contents"].IsSet && value["contents_local"].IsSet ? "only one of the following can be set: contents, contents_local" : null);
                break;
            case "BootDevice":
                findings.AddError(
                    path.Field("layout"),
                    value["layout"].IsSet && value["layout"].Text is not ("aarch64" or "ppc64le" or "x86_64")
                        ? "layout must be one of: aarch64, ppc64le, x86_64"
                        : null);
                // The reference asks this of the mirror twice: here and at the mirror itself.
                CheckMirror(value["mirror"], path.Field("mirror"));
                break;
            case "BootDeviceMirror":
                CheckMirror(value, path);
                break;
            case "GrubUser":
                findings.AddError(path.Field("name"), value["name"].Text.Length == 0 ? "field \"name\" is required" : null);
                findings.AddError(path.Field("password_hash"), value["password_hash"].HasText ? null : "field \"password_hash\" is required");
                break;
        }
    }

    private void CheckMountUnit(ConfigValue filesystem, ConfigPath path)
    {
        var noPath = filesystem["path"].HasText ? null : "path is required if with_mount_unit is true and format is not swap";
        var noFormat = filesystem["format"].HasText ? null : "format is required if with_mount_unit is true";
        if (version.Spec < 33)
        {
            // Swap units came with Ignition 3.3.0.
            findings.AddError(path.Field("path"), noPath);
            findings.AddError(path.Field("format"), noFormat);
            return;
        }
        findings.AddError(path.Field("format"), noFormat);
        findings.AddError(path.Field("path"), noFormat is null && filesystem["format"].Text != "swap" ? noPath : null);
    }

    private void CheckMirror(ConfigValue mirror, ConfigPath path) =>
        findings.AddError(path.Field("devices"), mirror["devices"].Items.Count == 1 ? "mirroring requires at least two devices" : null);
}
