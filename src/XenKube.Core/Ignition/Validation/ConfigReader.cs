using System.Globalization;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Validation;

/// <summary>
/// Fills a config's tree from JSON as Go's encoding/json fills structs: keys in any case, unknown ones passed over, null for
/// nothing, repeated keys merged. The first value of a wrong type is remembered; reading goes on after it.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19 in ignition-validate 0.35.0 and 2.16.2, and of Go 1.24 in 2.26.0.</remarks>
internal sealed class ConfigReader
{
    /// <summary>A text of so many bytes costs less than the place that it is read from again.</summary>
    private const int ShortText = 16;

    /// <summary>A text of so many bytes costs too much to be made again and again; few of them fit into a document.</summary>
    private const int LongText = 1 << 16;

    private readonly bool numbersEnd;
    private readonly bool keepsTexts;
    private readonly List<(ConfigType Owner, ConfigField Field)> fields = [];

    /// <summary>The steps to the value that is read; null for an item of a list, whose number is in <see cref="indexes"/>.</summary>
    private readonly Stack<string?> path = new();
    private readonly Stack<int> indexes = new();
    private bool hasEnded;

    private ConfigReader(bool numbersEnd, bool keepsTexts)
    {
        this.numbersEnd = numbersEnd;
        this.keepsTexts = keepsTexts;
    }

    private ConfigTypeError? Error { get; set; }

    /// <summary>Reads a config of a type.</summary>
    /// <param name="root">The config.</param>
    /// <param name="type">What it should be.</param>
    /// <param name="error">The value of a wrong type that the reference reports, or null.</param>
    /// <param name="numbersEnd">
    /// Whether a number where none belongs ends the reading and is reported before all others, as in generation 2.
    /// </param>
    /// <param name="keepsTexts">
    /// Whether texts are kept, for a reader that asks for them often. Else they are read from the document each time: a document may be
    /// large.
    /// </param>
    public static ConfigValue Read(
        JsonNode root, ConfigType type, out ConfigTypeError? error, bool numbersEnd = false, bool keepsTexts = true)
    {
        var reader = new ConfigReader(numbersEnd, keepsTexts);
        var value = new ConfigValue(type);
        reader.Fill(value, root, isOptional: false);
        error = reader.Error;
        return value;
    }

    private void Fill(ConfigValue value, JsonNode node, bool isOptional)
    {
        if (hasEnded)
        {
            return;
        }
        if (node.Kind == JsonKind.Null)
        {
            // Null empties what can be empty, and leaves a plain value as an earlier key of the same name made it.
            if (isOptional || value.Type.Kind == ConfigKind.List)
            {
                value.Clear();
            }
            return;
        }
        switch (value.Type.Kind)
        {
            case ConfigKind.Object when node.Kind == JsonKind.Object:
                FillObject(value, node);
                break;
            case ConfigKind.List when node.Kind == JsonKind.Array:
                FillList(value, node);
                break;
            case ConfigKind.Text when node.Kind == JsonKind.String:
                if (keepsTexts || node.End - node.Start is < ShortText or > LongText)
                {
                    value.Text = node.Text;
                }
                else
                {
                    value.Take(node);
                }
                if (value.Type.ReadFault?.Invoke(node.Text) is not null)
                {
                    AddError(value.Type, node);
                }
                break;
            case ConfigKind.Flag when node.Kind == JsonKind.Bool:
                value.Flag = node.Text == "true";
                break;
            case ConfigKind.Number when node.Kind == JsonKind.Number
                && Int128.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= value.Type.Minimum && number <= value.Type.Maximum:
                value.Number = number;
                break;
            default:
                AddError(value.Type, node);
                return;
        }
        value.IsSet = true;
    }

    private void FillObject(ConfigValue value, JsonNode node)
    {
        foreach (var member in node.Items)
        {
            if (value.Type.FieldInAnyCase(member.Key) is { } field)
            {
                fields.Add((value.Type, field));
                path.Push(field.Name);
                Fill(value[field.Name], member, field.IsOptional);
                path.Pop();
                fields.RemoveAt(fields.Count - 1);
            }
        }
    }

    private void FillList(ConfigValue value, JsonNode node)
    {
        // A list given twice is filled into the elements of the first, as in Go.
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = i < value.Items.Count ? value.Items[i] : value.AddItem();
            indexes.Push(i);
            path.Push(null);
            Fill(item, node.Items[i], isOptional: false);
            path.Pop();
            indexes.Pop();
        }
        value.Truncate(node.Items.Count);
    }

    private void AddError(ConfigType type, JsonNode node)
    {
        var wanted = type.Kind switch
        {
            ConfigKind.Object => "an object",
            ConfigKind.List => "a list",
            ConfigKind.Flag => "true or false",
            ConfigKind.Number => type.Minimum == 0 ? "a whole number from 0 on" : "a whole number",
            _ => type.Wanted,
        };
        var found = node.Kind switch
        {
            JsonKind.Number => "number " + (node.Text.Length > 40 ? node.Text[..40] + "..." : node.Text),
            JsonKind.String when type.Kind == ConfigKind.Text => GoQuote.Quote(node.Text.Length > 80 ? node.Text[..80] + "..." : node.Text),
            _ => node.GoKind,
        };
        if (numbersEnd && node.Kind == JsonKind.Number && type.Kind != ConfigKind.Number)
        {
            hasEnded = true;
            Error = null;
        }
        // Of a list or an object only the bracket had been read.
        var end = node.Kind is JsonKind.Array or JsonKind.Object ? node.Start : node.End;
        Error ??= new ConfigTypeError(PathText(), found, wanted, GoMessage(type, node), end);
    }

    /// <summary>The place that is read. Its text is only made for an error.</summary>
    private string PathText()
    {
        var numbers = new Queue<int>(indexes.Reverse());
        return string.Join('.', path.Reverse().Select(step => step ?? numbers.Dequeue().ToString(CultureInfo.InvariantCulture)));
    }

    private string GoMessage(ConfigType type, JsonNode node)
    {
        var found = node.Kind == JsonKind.Number && type.Kind == ConfigKind.Number ? "number " + node.Text : node.GoKind;
        if (fields.Count == 0)
        {
            return $"json: cannot unmarshal {found} into Go value of type {GoType(type)}";
        }
        var owner = fields[^1].Owner.Name;
        var path = string.Join('.', fields.Select(step => step.Field.Part is { } part ? $"{part}.{step.Field.Name}" : step.Field.Name));
        return $"json: cannot unmarshal {found} into Go struct field {(IsNamed(owner) ? owner : "")}.{path} of type {GoType(type)}";
    }

    private static string GoType(ConfigType type) => type.Kind switch
    {
        ConfigKind.List when type.Name.StartsWith("[]", StringComparison.Ordinal) => "[]" + GoType(type.Element!),
        ConfigKind.Text when type == ConfigType.Text => type.Name,
        ConfigKind.Number or ConfigKind.Flag => type.Name,
        _ when type.Name == "versionStub" => "util." + type.Name,
        _ => IsNamed(type.Name) ? "types." + type.Name : type.Name,
    };

    private static bool IsNamed(string type) => !type.StartsWith("struct ", StringComparison.Ordinal);
}
