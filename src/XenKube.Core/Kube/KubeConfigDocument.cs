using System.Text.Json;
using System.Text.Json.Nodes;

namespace XenKube.Kube;

/// <summary>
/// The content of a kubeconfig (k8s.io/client-go, tools/clientcmd/api/v1): clusters, users and contexts by their names. Fields that are
/// not known here are kept.
/// </summary>
internal sealed class KubeConfigDocument
{
    private const string CurrentContextKey = "current-context";
    private const string ExtensionsKey = "extensions";

    private static readonly (string List, string Item)[] Lists = [("clusters", "cluster"), ("contexts", "context"), ("users", "user")];

    private readonly JsonObject _root;
    private readonly string _path;

    private KubeConfigDocument(JsonObject root, string path) => (_root, _path) = (root, path);

    /// <summary>The name of the context that is used where no other is asked for; empty for none.</summary>
    public string CurrentContext
    {
        get => Text(_root, CurrentContextKey) ?? "";
        set => _root[CurrentContextKey] = value;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">The content of the file; empty for a new one.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not a kubeconfig.</exception>
    public static KubeConfigDocument Read(ReadOnlySpan<byte> bytes, string path)
    {
        var top = KubeYaml.Read(bytes, path);
        var root = top is null ? [] : top as JsonObject ?? throw Invalid(path, "its top is not a mapping");
        var document = new KubeConfigDocument(root, path);
        document.Check("kind", "Config");
        document.Check("apiVersion", "v1");
        foreach (var (list, item) in Lists)
        {
            document.Check(list, item);
        }
        return document;
    }

    /// <summary>The entry of a cluster; null if the file does not have one.</summary>
    public JsonObject? Cluster(string name) => Find(0, name);

    /// <summary>The entry of a context; null if the file does not have one.</summary>
    public JsonObject? Context(string name) => Find(1, name);

    /// <summary>The entry of a user; null if the file does not have one.</summary>
    public JsonObject? User(string name) => Find(2, name);

    /// <summary>The entry of a cluster, which is made if the file does not have one.</summary>
    public JsonObject NeedCluster(string name) => Need(0, name);

    /// <summary>The entry of a context, which is made if the file does not have one.</summary>
    public JsonObject NeedContext(string name) => Need(1, name);

    /// <summary>The entry of a user, which is made if the file does not have one.</summary>
    public JsonObject NeedUser(string name) => Need(2, name);

    /// <summary>The names of all contexts.</summary>
    public IReadOnlyList<string> Contexts => [.. Items("contexts").Select(item => Text(item, "name")!)];

    /// <summary>A text of an entry; null if it is missing, or is something else.</summary>
    public static string? Text(JsonObject? entry, string key) =>
        entry?[key] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>The document as kubectl writes it.</summary>
    public byte[] ToYaml()
    {
        foreach (var (list, item) in Lists)
        {
            var items = Items(list).ToList();
            items.ForEach(one => SortExtensions(one[item]));
            Sort(list, _root);
        }
        SortExtensions(_root);
        SortExtensions(_root["preferences"]);
        _root["apiVersion"] ??= "v1";
        _root["kind"] ??= "Config";
        _root["preferences"] ??= new JsonObject();
        _root[CurrentContextKey] ??= "";
        return KubeYaml.Write(_root);
    }

    /// <summary>The error for a file that is not a kubeconfig.</summary>
    private static InvalidInputException Invalid(string path, string why) => new(ErrorIds.KubeConfigInvalid, path, null,
        $"is not a kubeconfig: {why}", "Name another file");

    private static void SortExtensions(JsonNode? entry)
    {
        if (entry is JsonObject mapping)
        {
            Sort(ExtensionsKey, mapping);
        }
    }

    private static void Sort(string list, JsonObject mapping)
    {
        if (mapping[list] is JsonArray items && items.All(item => item is JsonObject named && Text(named, "name") is not null))
        {
            var sorted = items.OrderBy(item => Text((JsonObject)item!, "name"), StringComparer.Ordinal).ToList();
            items.Clear();
            sorted.ForEach(items.Add);
        }
    }

    private void Check(string key, string expected)
    {
        if (_root[key] is not { } value)
        {
            return;
        }
        if (key is "kind" or "apiVersion")
        {
            if (Text(_root, key) is not { } text || (text.Length > 0 && text != expected))
            {
                throw Invalid(_path, $"its {key} is not {expected}");
            }
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in value as JsonArray ?? throw Invalid(_path, $"its {key} are not a list"))
        {
            if (item is not JsonObject entry || Text(entry, "name") is not { } name || entry[expected] is not (JsonObject or null))
            {
                throw Invalid(_path, $"an entry of its {key} is not a {expected} with a name");
            }
            if (!names.Add(name))
            {
                throw Invalid(_path, $"two of its {key} are named '{Printable.Of(name)}'");
            }
        }
    }

    private IEnumerable<JsonObject> Items(string list) => (_root[list] as JsonArray)?.OfType<JsonObject>() ?? [];

    // An entry with nothing in it is there all the same.
    private JsonObject? Find(int kind, string name) =>
        Items(Lists[kind].List).FirstOrDefault(item => Text(item, "name") == name) is { } item
            ? item[Lists[kind].Item] as JsonObject ?? [] : null;

    private JsonObject Need(int kind, string name)
    {
        var (list, key) = Lists[kind];
        var item = Items(list).FirstOrDefault(item => Text(item, "name") == name);
        if (item is null)
        {
            item = new JsonObject { ["name"] = name };
            if (_root[list] is not JsonArray items)
            {
                _root[list] = items = [];
            }
            items.Add((JsonNode)item);
        }
        if (item[key] is not JsonObject entry)
        {
            item[key] = entry = [];
        }
        return entry;
    }
}
