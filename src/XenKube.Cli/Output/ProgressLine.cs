using System.Globalization;

namespace XenKube.Cli.Output;

/// <summary>Shows progress in one line of an interactive terminal's standard error; nothing elsewhere.</summary>
internal sealed class ProgressLine(Terminal terminal) : IProgress<OperationProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private bool _shown;

    public void Report(OperationProgress value)
    {
        if (!terminal.IsInteractive)
        {
            return;
        }
        var percent = value.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $" {value.Done * 100.0 / value.Total:0} %") : "";
        var left = value.Remaining is { } remaining ? string.Create(CultureInfo.InvariantCulture, $", {remaining:m\\:ss} left") : "";
        lock (_lock)
        {
            terminal.Error.Write($"\r{value.Activity} {Printable.Of(value.Item)}{percent}{left}\u001b[K");
            _shown = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_shown)
            {
                terminal.Error.Write("\r\u001b[K");
                _shown = false;
            }
        }
    }
}
