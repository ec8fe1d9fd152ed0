using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Podman's quadlets: each becomes a file where Podman looks for it; an instance of a template becomes a link to the template's file.
/// </summary>
/// <remarks>Held against Butane 0.29.0.</remarks>
internal sealed class Quadlets(FieldTranslation fields, ConfigValue storage)
{
    private const string Directory = "/etc/containers/systemd";
    private const int FileMode = 0x1A4;

    private static readonly string[] Extensions =
        [".container", ".volume", ".network", ".kube", ".image", ".build", ".pod", ".artifact"];

    private readonly StorageNodes nodes = new(storage);

    /// <summary>The rule about one quadlet.</summary>
    public static void Check(ConfigValue quadlet, FindingPlace at)
    {
        const string noContents = "template instances cannot have contents or contents_local";
        var name = quadlet["name"].Text;
        if (!Array.Exists(Extensions, extension => name.EndsWith(extension, StringComparison.Ordinal)))
        {
            at.Error(
                "name",
                "unsupported file extension for quadlet: "
                    + "must be one of .container, .volume, .network, .kube, .image, .build, .pod, or .artifact");
            return;
        }
        if (TemplateOf(name) is null)
        {
            ButaneRules.LocalContents(quadlet, at);
            return;
        }
        at.Error("contents", quadlet["contents"].IsSet ? noContents : null);
        at.Error("contents_local", quadlet["contents_local"].IsSet ? noContents : null);
    }

    /// <summary>Adds the files and links of all quadlets.</summary>
    public void Add(ConfigValue quadlets)
    {
        var path = ConfigPath.Root.Field("systemd").Field("quadlets");
        for (var i = 0; i < quadlets.Items.Count; i++)
        {
            var quadlet = quadlets.Items[i];
            var name = quadlet["name"].Text;
            var destination = GoPath.Join(quadlet["rootful"].Flag ? Directory : Directory + "/users", name);
            if (TemplateOf(name) is { } template)
            {
                AddLink(destination, template, path.Item(i));
            }
            else
            {
                AddFile(quadlet, destination, path.Item(i));
            }
            var dropins = quadlet["dropins"].Items;
            for (var j = 0; j < dropins.Count; j++)
            {
                AddFile(dropins[j], $"{destination}.d/{dropins[j]["name"].Text}", path.Item(i).Field("dropins").Item(j));
            }
        }
    }

    /// <summary>The template <c>x@.container</c> of an instance <c>x@1.container</c>; null if the name is not one of an instance.</summary>
    private static string? TemplateOf(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var dot = name.LastIndexOf('.');
        return at < 0 || dot < 0 || at + 1 == dot ? null : $"{name[..at]}@.{name[(dot + 1)..]}";
    }

    private void AddLink(string destination, string target, ConfigPath place)
    {
        if (Make("links", destination, place) is { } link)
        {
            link["target"].Set(target).Origin = place;
        }
    }

    private void AddFile(ConfigValue from, string destination, ConfigPath place)
    {
        if (Make("files", destination, place) is not { } file)
        {
            return;
        }
        var contents = ByteText.ToBytes(from["contents"].Text);
        var source = place.Field(from["contents_local"].HasText && !from["contents"].HasText ? "contents_local" : "contents");
        if (from["contents_local"].HasText)
        {
            if (fields.Files.Read(from["contents_local"].Text, out var error) is not { } local)
            {
                fields.Error(place.Field("contents_local"), error);
                return;
            }
            contents = from["contents"].HasText ? contents : local;
        }
        file["contents"].IsSet = true;
        file["contents"].Origin = source;
        ResourceUrl.Set(file["contents"], contents, source);
        file["mode"].Set((Int128)FileMode).Origin = place;
    }

    private ConfigValue? Make(string list, string destination, ConfigPath place)
    {
        if (nodes.Exists(destination))
        {
            fields.Error(place, StorageNodes.Clash);
            return null;
        }
        var node = nodes.Make(list, destination, place);
        node["path"].Origin = place.Field("name");
        return node;
    }
}
