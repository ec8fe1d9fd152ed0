using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;
using XenKube.Posix;

namespace XenKube.Ignition.Butane;

/// <summary>Whole directories of local files: regular files and symbolic links become nodes of the config.</summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class Trees(FieldTranslation fields, ConfigValue storage, List<ConfigFinding> findings)
{
    private const int ExecuteBits = 0x49;
    private const int FileMode = 0x1A4;
    private const int ExecutableMode = 0x1ED;

    private readonly LocalFiles files = fields.Files;
    private readonly StorageNodes nodes = new(storage);

    /// <summary>Adds the nodes of all trees.</summary>
    public void Add(ConfigValue trees)
    {
        var path = ConfigPath.Root.Field("storage").Field("trees");
        for (var i = 0; i < trees.Items.Count; i++)
        {
            var place = path.Item(i);
            if (!files.Exists)
            {
                Error(place, LocalFiles.ButaneMissing);
                return;
            }
            AddTree(trees.Items[i], place);
        }
    }

    private void AddTree(ConfigValue tree, ConfigPath place)
    {
        if (files.Resolve(tree["local"].Text, out var error) is not { } source)
        {
            Error(place, error!);
            return;
        }
        var destination = tree["path"].HasText ? tree["path"].Text : "/";
        try
        {
            var status = FileStatus.Read(source);
            if (status is not { IsDirectory: true })
            {
                Error(place, status is null ? $"stat {source}: no such file or directory" : "root of tree must be a directory");
                return;
            }
            Walk(tree, source, GoPath.Join(destination, "."), place);
        }
        catch (Exception exception) when (exception.IsFileTrouble())
        {
            Error(place, exception.Message);
        }
    }

    private void Walk(ConfigValue tree, string source, string destination, ConfigPath place)
    {
        var status = FileStatus.Read(source, follow: false);
        if (status is { IsDirectory: true })
        {
            AddDirectory(tree, destination, place);
            var names = new DirectoryInfo(source).EnumerateFileSystemInfos().Select(entry => entry.Name).ToList();
            names.Sort((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
            foreach (var name in names)
            {
                Walk(tree, GoPath.Join(source, name), GoPath.Join(destination, name), place);
            }
        }
        else if (status is { IsRegularFile: true })
        {
            AddFile(tree, source, destination, (status.Value.Mode & ExecuteBits) != 0 ? ExecutableMode : FileMode, place);
        }
        else if (status is { IsSymbolicLink: true })
        {
            AddLink(tree, source, destination, place);
        }
        else
        {
            Error(place, "trees may only contain files, directories, and symlinks");
        }
    }

    private void AddFile(ConfigValue tree, string source, string destination, int usualMode, ConfigPath place)
    {
        if (Find("files", tree, destination, place) is not { } file)
        {
            return;
        }
        if (file["contents"]["source"].HasText)
        {
            Error(place, StorageNodes.Clash);
            return;
        }
        if (LocalFiles.ReadFile(source, out var error) is not { } contents)
        {
            Error(place, error!);
            return;
        }
        file["contents"].IsSet = true;
        file["contents"].Origin = place;
        ResourceUrl.Set(file["contents"], contents, place, fields.PacksContents);
        if (!file["mode"].IsSet)
        {
            file["mode"].Set(tree["file_mode"].IsSet ? tree["file_mode"].Number : usualMode).Origin = place;
        }
    }

    private void AddLink(ConfigValue tree, string source, string destination, ConfigPath place)
    {
        if (Find("links", tree, destination, place) is not { } link)
        {
            return;
        }
        if (link["target"].HasText)
        {
            Error(place, StorageNodes.Clash);
            return;
        }
        link["target"].Set(new FileInfo(source).LinkTarget ?? "").Origin = place;
    }

    /// <summary>The node at a path, made if there is none; null with an error if there is one of another type.</summary>
    private ConfigValue? Find(string list, ConfigValue tree, string destination, ConfigPath place)
    {
        if (nodes.Find(list, destination) is { } node)
        {
            return node;
        }
        if (nodes.Exists(destination))
        {
            Error(place, StorageNodes.Clash);
            return null;
        }
        return Make(list, tree, destination, place);
    }

    /// <summary>Adds a node that belongs to the owner of its tree.</summary>
    private ConfigValue Make(string list, ConfigValue tree, string destination, ConfigPath place)
    {
        var node = nodes.Make(list, destination, place);
        foreach (var owner in (ReadOnlySpan<string>)["user", "group"])
        {
            node[owner].IsSet = HasOwner(tree[owner]);
            node[owner]["id"].SetScalar(tree[owner]["id"]);
            node[owner]["name"].SetScalar(tree[owner]["name"]);
            node[owner].SetOrigins(place);
        }
        return node;
    }

    private static bool HasOwner(ConfigValue owner) => owner["id"].IsSet || owner["name"].IsSet;

    /// <summary>Directories are written only where the tree says something about them.</summary>
    private void AddDirectory(ConfigValue tree, string destination, ConfigPath place)
    {
        if (!HasOwner(tree["user"]) && !HasOwner(tree["group"]) && !tree["dir_mode"].IsSet)
        {
            return;
        }
        if (nodes.Exists(destination))
        {
            Error(place, StorageNodes.Clash);
            return;
        }
        var directory = Make("directories", tree, destination, place);
        directory["mode"].Set(tree["dir_mode"].IsSet ? tree["dir_mode"].Number : ExecutableMode).Origin = place;
    }

    private void Error(ConfigPath place, string message) => findings.Add(new ConfigFinding(ReportKind.Error, place, message));
}
