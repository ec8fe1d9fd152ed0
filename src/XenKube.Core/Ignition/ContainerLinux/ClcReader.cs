using System.Globalization;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>
/// Fills a document's tree from YAML nodes as go-yaml v2 fills Go structs: texts keep their source, numbers may have fractions, an
/// empty value leaves an optional field unset while <c>~</c> sets it to zero, and mismatches are collected over the whole document.
/// </summary>
/// <remarks>Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0.</remarks>
internal sealed class ClcReader
{
    /// <summary>More merges in merges than this are refused; they cost stack.</summary>
    private const int MaxMergeDepth = 200;

    private readonly List<string> mismatches = [];
    private readonly HashSet<string> entered = new(StringComparer.Ordinal);
    private readonly YamlAliasBudget budget = new(YamlOptions.GoYaml2.MaxAliasedNodes);

    /// <summary>Reads a document.</summary>
    /// <param name="root">Its top node; null if it is empty.</param>
    /// <param name="type">What it should hold.</param>
    /// <param name="mismatches">What does not fit its field, in the order of the document.</param>
    /// <exception cref="ClcDecodeException">The document cannot be read any further.</exception>
    /// <exception cref="YamlException">Its aliases multiply.</exception>
    public static ConfigValue Read(YamlNode? root, ConfigType type, out IReadOnlyList<string> mismatches)
    {
        var reader = new ClcReader();
        var value = new ConfigValue(type);
        if (root is not null)
        {
            reader.Fill(root, value, isOptional: false);
        }
        mismatches = reader.mismatches;
        return value;
    }

    /// <summary>Reads a value on top of what is there already; returns whether it fits.</summary>
    private bool Fill(YamlNode node, ConfigValue value, bool isOptional)
    {
        var alias = Enter(ref node);
        var fits = value.Type.Kind switch
        {
            ConfigKind.Object => FillOptionalObject(node, value, isOptional),
            ConfigKind.List => FillList(node, value),
            ConfigKind.Text => FillText(node, value, isOptional),
            _ => FillNumberOrFlag(node, value, isOptional),
        };
        Leave(alias);
        return fits;
    }

    /// <summary>Goes to the node an alias stands for. To be paired with <see cref="Leave"/>.</summary>
    /// <returns>The alias' name, or null where the node is none.</returns>
    private string? Enter(ref YamlNode node)
    {
        if (entered.Count > 0)
        {
            budget.Spend(node);
        }
        if (node.Kind != YamlNodeKind.Alias)
        {
            return null;
        }
        var name = node.Value;
        var target = node.Target ?? throw new ClcDecodeException($"yaml: unknown anchor '{name}' referenced");
        if (!entered.Add(name))
        {
            throw new ClcDecodeException($"yaml: anchor '{name}' value contains itself");
        }
        node = target;
        return name;
    }

    /// <summary>Comes back from an alias.</summary>
    private void Leave(string? alias)
    {
        if (alias is not null)
        {
            entered.Remove(alias);
        }
    }

    /// <summary>Whether an optional field stays unset: the value is empty or the very word <c>null</c>.</summary>
    private static bool IsUnset(YamlNode node) =>
        node.Tag == YamlTags.Null
        || node.Kind == YamlNodeKind.Scalar && node.Tag.Length == 0 && (node.Value == "null" || node.Value.Length == 0 && node.IsImplicit);

    /// <summary>Resolves a scalar, which may fail for good.</summary>
    private static YamlScalar Resolve(YamlNode node)
    {
        try
        {
            var scalar = YamlScalar.Resolve(node);
            if (scalar.Tag == YamlTags.Binary)
            {
                Decode(node);
            }
            return scalar;
        }
        catch (YamlException e)
        {
            throw new ClcDecodeException("yaml: " + e.Message);
        }
    }

    /// <summary>Notes that a value does not fit its field.</summary>
    private void AddMismatch(YamlNode node, string tag, string type)
    {
        if (node.Tag.Length > 0)
        {
            tag = node.Tag;
        }
        var value = "";
        if (tag is not (YamlTags.Seq or YamlTags.Map))
        {
            // The cut is made in bytes, even through a character.
            var bytes = ByteText.ToBytes(node.Kind == YamlNodeKind.Scalar ? node.Value : "");
            value = bytes.Length > 10 ? $" `{ByteText.FromBytes(bytes.AsSpan(0, 7))}...`" : $" `{ByteText.FromBytes(bytes)}`";
        }
        mismatches.Add(string.Create(
            CultureInfo.InvariantCulture, $"line {node.Line}: cannot unmarshal {YamlTags.Shorten(tag)}{value} into {type}"));
    }

    /// <summary>The tag by which a mismatch names a collection.</summary>
    private static string CollectionTag(YamlNode node) => node.Kind == YamlNodeKind.Mapping ? YamlTags.Map : YamlTags.Seq;

    /// <summary>The name that the reference's messages have for a type.</summary>
    private static string GoName(ConfigType type) => type.Kind switch
    {
        ConfigKind.Object => "types." + type.Name,
        ConfigKind.List => "[]" + GoName(type.Element!),
        ConfigKind.Text when type != ConfigType.Text && type.ReadFault is null => "types." + type.Name,
        ConfigKind.Text => "string",
        _ => type.Name,
    };

    private bool FillText(YamlNode node, ConfigValue value, bool isOptional)
    {
        if (isOptional && IsUnset(node) && (node.IsImplicit || node.Tag.Length > 0))
        {
            Resolve(node);
            value.Clear();
            return true;
        }
        if (value.Type.ReadFault is not null && IsUnset(node))
        {
            AddMismatch(node, YamlTags.Str, "*types." + value.Type.Name);
            return false;
        }
        if (ReadText(node, value.Type) is not { } text)
        {
            return false;
        }
        if (value.Type.ReadFault?.Invoke(text) is { } fault)
        {
            throw new ClcDecodeException(fault);
        }
        value.Set(text);
        return true;
    }

    /// <summary>The text of a node that is not an alias; null with a mismatch if it is not a scalar.</summary>
    private string? ReadText(YamlNode node, ConfigType type)
    {
        if (node.Kind != YamlNodeKind.Scalar)
        {
            AddMismatch(node, CollectionTag(node), GoName(type));
            return null;
        }
        var scalar = Resolve(node);
        return scalar.Kind == YamlScalarKind.Null ? "" : scalar.Tag == YamlTags.Binary ? Decode(node) : node.Value;
    }

    private static string Decode(YamlNode node) =>
        GoBase64.Decode(node.Value, out _) is { } bytes
            ? ByteText.FromBytes(bytes)
            : throw new ClcDecodeException("yaml: !!binary value contains invalid base64 data");

    private bool FillNumberOrFlag(YamlNode node, ConfigValue value, bool isOptional)
    {
        var mayBeUnset = isOptional && IsUnset(node);
        if (node.Kind != YamlNodeKind.Scalar)
        {
            AddMismatch(node, CollectionTag(node), value.Type.Name);
            return false;
        }
        var scalar = Resolve(node);
        if (scalar.Kind == YamlScalarKind.Null)
        {
            value.Clear();
            value.IsSet = !mayBeUnset;
            return true;
        }
        if (value.Type.Kind == ConfigKind.Flag && scalar.Kind == YamlScalarKind.Boolean)
        {
            value.Set(scalar.Boolean);
            return true;
        }
        if (value.Type.Kind == ConfigKind.Number
            && (value.Type == ConfigType.Unsigned ? ToUnsigned(scalar) : ToSigned(scalar)) is { } number)
        {
            value.Set((Int128)number);
            return true;
        }
        AddMismatch(node, scalar.Tag, (mayBeUnset ? "*" : "") + value.Type.Name);
        return false;
    }

    private static long? ToSigned(YamlScalar scalar) => scalar.Kind switch
    {
        YamlScalarKind.Whole => scalar.Whole,
        YamlScalarKind.Real when scalar.Real <= long.MaxValue => Truncate(scalar.Real),
        _ => null,
    };

    /// <summary>An unsigned value, kept as the signed number of the same bits, which is how it is written out.</summary>
    private static long? ToUnsigned(YamlScalar scalar) => scalar.Kind switch
    {
        YamlScalarKind.Whole when scalar.Whole >= 0 => scalar.Whole,
        YamlScalarKind.Natural => unchecked((long)scalar.Natural),
        YamlScalarKind.Real when scalar.Real < long.MaxValue => Truncate(scalar.Real),
        YamlScalarKind.Real when scalar.Real <= ulong.MaxValue => Truncate(scalar.Real - long.MaxValue) ^ long.MinValue,
        _ => null,
    };

    /// <summary>A fraction cut off as the reference's processor does it: what does not fit becomes the smallest number.</summary>
    private static long Truncate(double value) => value is >= long.MinValue and < long.MaxValue ? (long)value : long.MinValue;

    /// <summary>Reads a list; an item that does not fit is left out, a null item is the zero of its type.</summary>
    private bool FillList(YamlNode node, ConfigValue value)
    {
        if (node.Kind == YamlNodeKind.Scalar && Resolve(node) is var scalar)
        {
            if (scalar.Kind == YamlScalarKind.Null)
            {
                value.Clear();
                return true;
            }
            AddMismatch(node, scalar.Tag, GoName(value.Type));
            return false;
        }
        if (node.Kind != YamlNodeKind.Sequence)
        {
            AddMismatch(node, YamlTags.Map, GoName(value.Type));
            return false;
        }
        value.Clear();
        value.IsSet = true;
        foreach (var child in node.Children)
        {
            if (!Fill(child, value.AddItem(), isOptional: false))
            {
                value.Truncate(value.Items.Count - 1);
            }
        }
        return true;
    }

    private bool FillOptionalObject(YamlNode node, ConfigValue value, bool isOptional)
    {
        if (!isOptional || !IsUnset(node))
        {
            return value.Type.Refinement is { } refinement
                ? FillRefined(node, value, refinement)
                : FillObject(node, value, null, ..);
        }
        if (!node.IsImplicit && node.Tag != YamlTags.Null)
        {
            AddMismatch(node, YamlTags.Str, "*" + GoName(value.Type));
            return false;
        }
        Resolve(node);
        value.Clear();
        return true;
    }

    /// <summary>
    /// Reads the fields that an object always has, and then those that it has because of them. Trouble with the first reading hides
    /// that of the second.
    /// </summary>
    private bool FillRefined(YamlNode node, ConfigValue value, ConfigRefinement refinement)
    {
        var before = mismatches.Count;
        var common = refinement.CommonFields;
        if (!FillObject(node, value, refinement.CommonName, ..common) || mismatches.Count > before)
        {
            return false;
        }
        if (refinement.Choose(value) is { } type)
        {
            value.Refine(type, common);
            if (node.Kind == YamlNodeKind.Mapping)
            {
                FillFields(node, value, common.., 0);
            }
        }
        return true;
    }

    private bool FillObject(YamlNode node, ConfigValue value, string? commonName, Range fields)
    {
        if (node.Kind == YamlNodeKind.Mapping)
        {
            value.IsSet = true;
            FillFields(node, value, fields, 0);
            return true;
        }
        var tag = node.Kind == YamlNodeKind.Scalar ? Resolve(node) : (YamlScalar?)null;
        if (tag is { Kind: YamlScalarKind.Null })
        {
            value.Clear();
            value.IsSet = true;
            return true;
        }
        AddMismatch(node, tag?.Tag ?? YamlTags.Seq, commonName is null ? GoName(value.Type) : "types." + commonName);
        return false;
    }

    /// <summary>Reads the keys of a mapping into those fields; merge keys are applied at the place where they are.</summary>
    private void FillFields(YamlNode node, ConfigValue value, Range fields, int mergeDepth)
    {
        if (mergeDepth > MaxMergeDepth)
        {
            throw new ClcDecodeException($"yaml: more than {MaxMergeDepth} merges in each other");
        }
        var (first, count) = fields.GetOffsetAndLength(value.Type.Fields.Count);
        for (var i = 0; i + 1 < node.Children.Count; i += 2)
        {
            var (key, child) = (node.Children[i], node.Children[i + 1]);
            if (key.Kind == YamlNodeKind.Scalar && key.Value == "<<" && (key.IsImplicit || key.Tag == YamlTags.Merge))
            {
                Merge(child, value, fields, mergeDepth + 1);
                continue;
            }
            var alias = Enter(ref key);
            var name = ReadText(key, ConfigType.Text);
            Leave(alias);
            var index = name is null ? -1 : value.Type.IndexOf(name);
            if (index >= first && index < first + count)
            {
                Fill(child, value.Field(index), value.Type.Fields[index].IsOptional);
            }
        }
    }

    private void Merge(YamlNode value, ConfigValue target, Range fields, int depth)
    {
        switch (value.Kind)
        {
            case YamlNodeKind.Mapping:
                FillFields(value, target, fields, depth);
                break;
            case YamlNodeKind.Alias:
                MergeAlias(value, target, fields, depth);
                break;
            case YamlNodeKind.Sequence:
                // Backwards, so that earlier entries win.
                for (var index = value.Children.Count - 1; index >= 0; index--)
                {
                    var item = value.Children[index];
                    if (item.Kind == YamlNodeKind.Mapping)
                    {
                        FillFields(item, target, fields, depth);
                    }
                    else
                    {
                        MergeAlias(item, target, fields, depth);
                    }
                }
                break;
            default:
                throw NoMapping();
        }
    }

    private void MergeAlias(YamlNode value, ConfigValue target, Range fields, int depth)
    {
        if (value.Kind != YamlNodeKind.Alias || value.Target is { Kind: not YamlNodeKind.Mapping })
        {
            throw NoMapping();
        }
        var alias = Enter(ref value);
        FillFields(value, target, fields, depth);
        Leave(alias);
    }

    private static ClcDecodeException NoMapping() => new("yaml: map merge requires map or sequence of maps as the value");
}
