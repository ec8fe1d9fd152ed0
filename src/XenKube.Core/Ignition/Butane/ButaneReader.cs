using System.Globalization;
using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Fills a document's tree from YAML nodes as go-yaml v3 fills Go structs. Wrong types and repeated keys are collected over the
/// whole document; what ends the reading at once is a <see cref="YamlException"/>.
/// </summary>
/// <remarks>Held against gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.</remarks>
internal sealed class ButaneReader
{
    private const int MostErrors = 1000;

    private readonly Func<ConfigType, string> goName;
    private readonly List<string> errors = [];
    private readonly HashSet<YamlNode> openAliases = [];
    private HashSet<string>? mergedKeys;
    private long visited;
    private long visitedThroughAliases;
    private int aliasDepth;

    private ButaneReader(Func<ConfigType, string> goName) => this.goName = goName;

    /// <summary>Reads a document.</summary>
    /// <param name="root">Its top node.</param>
    /// <param name="type">What it should hold.</param>
    /// <param name="goName">The name of a type in messages.</param>
    /// <param name="error">The message about what does not fit, without <c>yaml: </c>, or null.</param>
    public static ConfigValue Read(YamlNode root, ConfigType type, Func<ConfigType, string> goName, out string? error)
    {
        var reader = new ButaneReader(goName);
        var value = new ConfigValue(type);
        try
        {
            reader.Fill(root, value, isOptional: false);
            error = reader.errors.Count > 0 ? "unmarshal errors:\n  " + string.Join("\n  ", reader.errors) : null;
        }
        catch (YamlException exception)
        {
            error = exception.Message;
        }
        return value;
    }

    /// <summary>Whether the value was stored; a list leaves out the items that were not, nulls among them.</summary>
    private bool Fill(YamlNode node, ConfigValue value, bool isOptional)
    {
        CountVisit(node);
        if (node.Kind == YamlNodeKind.Alias)
        {
            return FillThroughAlias(node, value, isOptional);
        }
        return node.Kind switch
        {
            YamlNodeKind.Mapping => FillFromMapping(node, value),
            YamlNodeKind.Sequence => FillFromSequence(node, value),
            _ => FillFromScalar(node, value, isOptional),
        };
    }

    private bool FillThroughAlias(YamlNode node, ConfigValue value, bool isOptional)
    {
        if (!openAliases.Add(node))
        {
            throw new YamlException($"anchor '{node.Value}' value contains itself", node.Line, node.Column);
        }
        aliasDepth++;
        var stored = Fill(node.Target!, value, isOptional);
        aliasDepth--;
        openAliases.Remove(node);
        return stored;
    }

    /// <summary>go-yaml's brake on aliases that multiply: the larger the document, the smaller the share they may have.</summary>
    private void CountVisit(YamlNode node)
    {
        const double low = 400_000;
        const double high = 4_000_000;
        visited++;
        visitedThroughAliases += aliasDepth > 0 ? 1 : 0;
        var allowed = visited <= low ? 0.99 : visited >= high ? 0.10 : 0.99 - (0.89 * (visited - low) / (high - low));
        if (visitedThroughAliases > 100 && visited > 1000 && (double)visitedThroughAliases / visited > allowed)
        {
            throw new YamlException("document contains excessive aliasing", node.Line, node.Column);
        }
    }

    private bool FillFromScalar(YamlNode node, ConfigValue value, bool isOptional)
    {
        var scalar = YamlScalarValue.Resolve(node);
        if (scalar.Tag == "!!null")
        {
            if (!isOptional && value.Type.Kind is not (ConfigKind.List or ConfigKind.Map))
            {
                return false;
            }
            value.Clear();
            return true;
        }
        // Content that claims to be base64 must be base64, whatever is wanted of it.
        var text = scalar.Tag == "!!binary" ? ButaneScalars.DecodeBinary(node) : node.Value;
        switch (value.Type.Kind)
        {
            case ConfigKind.Text:
                value.Set(text);
                return true;
            case ConfigKind.Number when scalar.Integer is { } integer && integer <= long.MaxValue:
                value.Set(integer);
                return true;
            case ConfigKind.Number when scalar.Float is { } number && number <= long.MaxValue:
                value.Set(number < long.MinValue ? long.MinValue : (Int128)number);
                return true;
            case ConfigKind.Flag when ButaneScalars.FlagOf(text, scalar.Tag) is { } flag:
                value.Set(flag);
                return true;
            default:
                AddTypeError(node, value.Type);
                return false;
        }
    }

    private bool FillFromSequence(YamlNode node, ConfigValue value)
    {
        if (value.Type.Kind != ConfigKind.List)
        {
            AddTypeError(node, value.Type);
            return false;
        }
        value.Clear();
        value.IsSet = true;
        foreach (var child in node.Children)
        {
            var item = value.AddItem();
            if (!Fill(child, item, isOptional: false))
            {
                value.Truncate(value.Items.Count - 1);
            }
        }
        return true;
    }

    private bool FillFromMapping(YamlNode node, ConfigValue value)
    {
        if (AddRepeatedKeys(node))
        {
            return false;
        }
        if (value.Type.Kind is not (ConfigKind.Object or ConfigKind.Map))
        {
            AddTypeError(node, value.Type);
            return false;
        }
        var isNew = !value.IsSet;
        value.IsSet = true;
        var outerMergedKeys = mergedKeys;
        mergedKeys = null;
        YamlNode? merge = null;
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < node.Children.Count; i += 2)
        {
            var (key, child) = (node.Children[i], node.Children[i + 1]);
            if (IsMergeKey(key))
            {
                merge = child;
                continue;
            }
            if (ReadKey(key) is not { } name || outerMergedKeys?.Add(name) == false)
            {
                continue;
            }
            if (value.Type.Kind == ConfigKind.Map)
            {
                FillEntry(name, child, value, isNew);
                continue;
            }
            if (value.Type.Field(name) is not { } field)
            {
                continue;
            }
            if (!done.Add(name))
            {
                AddError(key, $"field {name} already set in type {goName(value.Type)}");
                continue;
            }
            Fill(child, value[name], field.IsOptional);
        }
        mergedKeys = outerMergedKeys;
        if (merge is not null)
        {
            Merge(node, merge, value);
        }
        return true;
    }

    /// <summary>An entry of a map; null is an empty text, unless an alias or a merge gave a text before.</summary>
    private void FillEntry(string name, YamlNode child, ConfigValue map, bool isNew)
    {
        var text = new ConfigValue(ConfigType.Text);
        if (Fill(child, text, isOptional: false)
            || (YamlScalarValue.TagOf(child) == "!!null" && (isNew || !map.Entries.ContainsKey(name))))
        {
            map.Entries[name] = text.Text;
        }
    }

    /// <summary>
    /// Merges mappings in: what the mapping itself gives wins, wherever the merge stands, and earlier ones win over later.
    /// </summary>
    private void Merge(YamlNode parent, YamlNode merge, ConfigValue value)
    {
        var outerMergedKeys = mergedKeys;
        mergedKeys ??= parent.Children.Where((_, i) => i % 2 == 0)
            .Select(key => key.Kind == YamlNodeKind.Alias ? key.Target!.Value : key.Value)
            .ToHashSet(StringComparer.Ordinal);
        IEnumerable<YamlNode> sources = merge.Kind == YamlNodeKind.Sequence ? merge.Children : [merge];
        foreach (var source in sources)
        {
            if ((source.Kind == YamlNodeKind.Alias ? source.Target : source)?.Kind != YamlNodeKind.Mapping)
            {
                throw new YamlException("map merge requires map or sequence of maps as the value", source.Line, source.Column);
            }
            Fill(source, value, isOptional: false);
        }
        mergedKeys = outerMergedKeys;
    }

    private static bool IsMergeKey(YamlNode key) =>
        key.Kind == YamlNodeKind.Scalar && key.Value == "<<" && YamlScalarValue.TagOf(key) == "!!merge";

    private string? ReadKey(YamlNode key)
    {
        var name = new ConfigValue(ConfigType.Text);
        return Fill(key, name, isOptional: false) ? name.Text : null;
    }

    private bool AddRepeatedKeys(YamlNode node)
    {
        var before = errors.Count;
        var groups = new Dictionary<(YamlNodeKind, string), List<int>>();
        for (var i = 0; i < node.Children.Count; i += 2)
        {
            var key = node.Children[i];
            if (!groups.TryGetValue((key.Kind, key.Value), out var group))
            {
                groups[(key.Kind, key.Value)] = group = [];
            }
            group.Add(i);
        }
        var pairs = groups.Values.Where(group => group.Count > 1)
            .SelectMany(group => group.SelectMany((first, i) => group.Skip(i + 1).Select(second => (First: first, Second: second))))
            .Take(MostErrors)
            .Order();
        foreach (var (first, second) in pairs)
        {
            var (key, repeated) = (node.Children[first], node.Children[second]);
            AddError(repeated, string.Create(
                CultureInfo.InvariantCulture, $"mapping key {GoQuote.Quote(repeated.Value)} already defined at line {key.Line}"));
        }
        return errors.Count > before;
    }

    private void AddTypeError(YamlNode node, ConfigType wanted)
    {
        var tag = YamlScalarValue.TagOf(node);
        var value = tag is "!!seq" or "!!map" ? "" : $" `{Shorten(node.Value)}`";
        AddError(node, $"cannot unmarshal {tag}{value} into {goName(wanted)}");
    }

    private void AddError(YamlNode node, string text)
    {
        if (errors.Count < MostErrors)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"line {node.Line}: {text}"));
        }
    }

    /// <summary>More than ten bytes are cut to seven.</summary>
    private static string Shorten(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length > 10 ? ByteText.FromBytes(bytes.AsSpan(0, 7)) + "..." : text;
    }
}
