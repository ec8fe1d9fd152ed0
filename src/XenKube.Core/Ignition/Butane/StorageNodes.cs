using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>The files, directories and links of a config by their paths, to which others are added.</summary>
internal sealed class StorageNodes(ConfigValue storage)
{
    /// <summary>The message for a path that is taken.</summary>
    public const string Clash = "matching filesystem node has existing contents or different type";

    private readonly Dictionary<string, Dictionary<string, int>> lists = new(StringComparer.Ordinal)
    {
        ["files"] = Index(storage["files"]), ["links"] = Index(storage["links"]), ["directories"] = Index(storage["directories"]),
    };

    /// <summary>The node of a list at a path, or null.</summary>
    public ConfigValue? Find(string list, string path) => lists[list].TryGetValue(path, out var index) ? storage[list].Items[index] : null;

    /// <summary>Whether there is a node of any kind at a path.</summary>
    public bool Exists(string path) => lists.Values.Any(paths => paths.ContainsKey(path));

    /// <summary>Adds a node.</summary>
    /// <param name="list">Its list: files, links or directories.</param>
    /// <param name="path">Its path.</param>
    /// <param name="place">The place of the document that it comes from.</param>
    public ConfigValue Make(string list, string path, ConfigPath place)
    {
        var nodes = storage[list];
        storage.IsSet = true;
        lists[list][path] = nodes.Items.Count;
        var node = nodes.AddItem();
        node["path"].Set(path);
        node.SetOrigins(place);
        if (nodes.Items.Count == 1)
        {
            nodes.Origin = place;
        }
        return node;
    }

    private static Dictionary<string, int> Index(ConfigValue nodes)
    {
        var paths = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < nodes.Items.Count; i++)
        {
            paths[nodes.Items[i]["path"].Text] = i;
        }
        return paths;
    }
}
