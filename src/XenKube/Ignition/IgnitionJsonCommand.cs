using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace XenKube.Commands.Ignition;

/// <summary>The base of cmdlets that take Ignition JSON: in files, published for nodes, or as text.</summary>
public abstract class IgnitionJsonCommand : FileCommand
{
    private const string TextSet = "Text";

    private readonly StringBuilder _lines = new();

    /// <summary>Paths of the files, taken as they are; of a node, its published config.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "IgnitionPath")]
    [ValidateNotNullOrEmpty]
    public override string[]? LiteralPath { get; set; }

    /// <summary>The JSON of a config, also as ConvertTo-Ignition returns it. Single lines from the pipeline are joined.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [AllowEmptyString]
    public string? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != TextSet)
        {
            base.ProcessRecord();
        }
        else if (IsConfig(InputObject!))
        {
            TakeLines();
            Take(InputObject!);
        }
        else
        {
            _lines.Append(_lines.Length == 0 ? "" : "\n").Append(InputObject);
            if (InputObject!.TrimEnd().EndsWith('}') && IsConfig(_lines.ToString()))
            {
                TakeLines();
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == TextSet)
        {
            TakeLines();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessFile(string path) => ProcessJson(ReadFile(path), path);

    /// <summary>Does the cmdlet's work for one config.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="source">Where it came from, for messages.</param>
    protected abstract void ProcessJson(byte[] json, string source);

    private void TakeLines()
    {
        if (_lines.Length > 0)
        {
            Take(_lines.ToString());
            _lines.Clear();
        }
    }

    private void Take(string json) => Guard(null, () => ProcessJson(Encoding.UTF8.GetBytes(json), "input"));

    // A line of indented JSON can be a value of its own; a config is an object that says of which version it is.
    private static bool IsConfig(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("ignition", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
