using System.Globalization;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>
/// Puts YAML values into typed fields by the rules of go-yaml v2: texts keep their source, numbers may have fractions, an empty
/// value leaves an optional field unset while <c>~</c> sets it to zero, and mismatches are collected over the whole document.
/// </summary>
internal sealed class ClcDecoder(YamlOptions options)
{
    private readonly List<string> mismatches = [];
    private readonly HashSet<string> entered = new(StringComparer.Ordinal);
    private readonly YamlAliasBudget budget = new(options.MaxAliasedNodes);

    /// <summary>What did not fit its field, in the order of the document.</summary>
    public IReadOnlyList<string> Mismatches => mismatches;

    /// <summary>Goes to the node an alias stands for. To be paired with <see cref="Leave"/>.</summary>
    /// <returns>The alias' name, or null where the node is none.</returns>
    public string? Enter(ref YamlNode node)
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
    public void Leave(string? alias)
    {
        if (alias is not null)
        {
            entered.Remove(alias);
        }
    }

    /// <summary>Whether an optional field stays unset: the value is empty or the very word <c>null</c>.</summary>
    public static bool IsUnset(YamlNode node) =>
        node.Tag == YamlTags.Null
        || node.Kind == YamlNodeKind.Scalar && node.Tag.Length == 0 && (node.Value == "null" || node.Value.Length == 0 && node.IsImplicit);

    /// <summary>Resolves a scalar, which may fail for good.</summary>
    public static YamlScalar Resolve(YamlNode node)
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
    public void AddMismatch(YamlNode node, string tag, string type)
    {
        if (node.Tag.Length > 0)
        {
            tag = node.Tag;
        }
        var value = "";
        if (tag is not (YamlTags.Seq or YamlTags.Map))
        {
            // The cut is made in bytes, be it through a character.
            var bytes = ByteText.ToBytes(node.Kind == YamlNodeKind.Scalar ? node.Value : "");
            value = bytes.Length > 10 ? $" `{ByteText.FromBytes(bytes.AsSpan(0, 7))}...`" : $" `{ByteText.FromBytes(bytes)}`";
        }
        mismatches.Add(string.Create(
            CultureInfo.InvariantCulture, $"line {node.Line}: cannot unmarshal {YamlTags.Shorten(tag)}{value} into {type}"));
    }

    /// <summary>The tag by which a mismatch names a collection.</summary>
    public static string CollectionTag(YamlNode node) => node.Kind == YamlNodeKind.Mapping ? YamlTags.Map : YamlTags.Seq;

    public bool ReadText(YamlNode node, ref string slot, string type = "string")
    {
        var alias = Enter(ref node);
        var good = ReadTextHere(node, ref slot, type);
        Leave(alias);
        return good;
    }

    public bool ReadOptionalText(YamlNode node, ref string? slot)
    {
        var alias = Enter(ref node);
        bool good;
        if (IsUnset(node) && (node.IsImplicit || node.Tag.Length > 0))
        {
            Resolve(node);
            slot = null;
            good = true;
        }
        else
        {
            var text = slot ?? "";
            good = ReadTextHere(node, ref text, "string");
            slot = text;
        }
        Leave(alias);
        return good;
    }

    private bool ReadTextHere(YamlNode node, ref string slot, string type)
    {
        if (node.Kind != YamlNodeKind.Scalar)
        {
            AddMismatch(node, CollectionTag(node), type);
            return false;
        }
        var scalar = Resolve(node);
        slot = scalar.Kind == YamlScalarKind.Null ? "" : scalar.Tag == YamlTags.Binary ? Decode(node) : node.Value;
        return true;
    }

    private static string Decode(YamlNode node) =>
        Rules.GoBase64.Decode(node.Value, out _) is { } bytes
            ? ByteText.FromBytes(bytes)
            : throw new ClcDecodeException("yaml: !!binary value contains invalid base64 data");

    public bool ReadFlag(YamlNode node, ref bool slot)
    {
        bool? value = slot;
        var good = ReadFlag(node, ref value, pointer: false);
        slot = value ?? false;
        return good;
    }

    public bool ReadFlag(YamlNode node, ref bool? slot, bool pointer = true)
    {
        var alias = Enter(ref node);
        var good = ReadScalar(node, ref slot, "bool", pointer, static (scalar, _) => scalar.Kind == YamlScalarKind.Boolean ? scalar.Boolean : null);
        Leave(alias);
        return good;
    }

    public bool ReadNumber(YamlNode node, ref long slot)
    {
        long? value = slot;
        var good = ReadNumber(node, ref value, pointer: false);
        slot = value ?? 0;
        return good;
    }

    public bool ReadNumber(YamlNode node, ref long? slot, bool pointer = true, bool unsigned = false)
    {
        var alias = Enter(ref node);
        var good = ReadScalar(node, ref slot, unsigned ? "uint" : "int", pointer, unsigned ? ToUnsigned : ToSigned);
        Leave(alias);
        return good;
    }

    private bool ReadScalar<T>(YamlNode node, ref T? slot, string type, bool pointer, Func<YamlScalar, YamlNode, T?> convert)
        where T : struct
    {
        var unset = IsUnset(node);
        if (node.Kind != YamlNodeKind.Scalar)
        {
            AddMismatch(node, CollectionTag(node), type);
            return false;
        }
        var scalar = Resolve(node);
        if (scalar.Kind == YamlScalarKind.Null)
        {
            slot = unset && pointer ? null : default(T);
            return true;
        }
        if (convert(scalar, node) is { } value)
        {
            slot = value;
            return true;
        }
        AddMismatch(node, scalar.Tag, unset && pointer ? "*" + type : type);
        return false;
    }

    private static long? ToSigned(YamlScalar scalar, YamlNode node) => scalar.Kind switch
    {
        YamlScalarKind.Whole => scalar.Whole,
        YamlScalarKind.Real when scalar.Real <= long.MaxValue => Truncate(scalar.Real),
        _ => null,
    };

    /// <summary>An unsigned value, kept as the signed number of the same bits, which is how it is written out.</summary>
    private static long? ToUnsigned(YamlScalar scalar, YamlNode node) => scalar.Kind switch
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
    public bool ReadList<T>(YamlNode node, ref List<T> slot, string type, Func<ClcDecoder, YamlNode, (bool Good, T Item)> readItem)
    {
        var alias = Enter(ref node);
        var good = true;
        switch (node.Kind)
        {
            case YamlNodeKind.Sequence:
                slot = new List<T>(node.Children.Count);
                foreach (var child in node.Children)
                {
                    var (fits, item) = readItem(this, child);
                    if (fits)
                    {
                        slot.Add(item);
                    }
                }
                break;
            case YamlNodeKind.Scalar when Resolve(node) is var scalar:
                good = scalar.Kind == YamlScalarKind.Null;
                if (good)
                {
                    slot = [];
                }
                else
                {
                    AddMismatch(node, scalar.Tag, type);
                }
                break;
            default:
                AddMismatch(node, YamlTags.Map, type);
                good = false;
                break;
        }
        Leave(alias);
        return good;
    }

    public bool ReadTexts(YamlNode node, ref List<string> slot) =>
        ReadList(node, ref slot, "[]string", static (decoder, child) =>
        {
            var text = "";
            return (decoder.ReadText(child, ref text), text);
        });

    /// <summary>Reads the keys of a mapping; merge keys are applied at the place where they stand.</summary>
    /// <param name="node">The mapping.</param>
    /// <param name="readField">Reads the value of a key into its field, if there is one.</param>
    /// <param name="mergeInto">Reads another mapping into the same object.</param>
    public void ReadMapping(YamlNode node, Action<string, YamlNode> readField, Action<YamlNode> mergeInto)
    {
        var name = "";
        for (var index = 0; index + 1 < node.Children.Count; index += 2)
        {
            var (key, value) = (node.Children[index], node.Children[index + 1]);
            if (key.Kind == YamlNodeKind.Scalar && key.Value == "<<" && (key.IsImplicit || key.Tag == YamlTags.Merge))
            {
                Merge(value, mergeInto);
            }
            else if (ReadText(key, ref name))
            {
                readField(name, value);
            }
        }
    }

    private void Merge(YamlNode value, Action<YamlNode> mergeInto)
    {
        switch (value.Kind)
        {
            case YamlNodeKind.Mapping:
                mergeInto(value);
                break;
            case YamlNodeKind.Alias:
                MergeAlias(value, mergeInto);
                break;
            case YamlNodeKind.Sequence:
                // From behind, so that earlier entries win.
                for (var index = value.Children.Count - 1; index >= 0; index--)
                {
                    var item = value.Children[index];
                    if (item.Kind == YamlNodeKind.Mapping)
                    {
                        mergeInto(item);
                    }
                    else
                    {
                        MergeAlias(item, mergeInto);
                    }
                }
                break;
            default:
                throw NoMapping();
        }
    }

    private void MergeAlias(YamlNode value, Action<YamlNode> mergeInto)
    {
        if (value.Kind != YamlNodeKind.Alias || value.Target is { Kind: not YamlNodeKind.Mapping })
        {
            throw NoMapping();
        }
        var alias = Enter(ref value);
        mergeInto(value);
        Leave(alias);
    }

    private static ClcDecodeException NoMapping() => new("yaml: map merge requires map or sequence of maps as the value");
}
