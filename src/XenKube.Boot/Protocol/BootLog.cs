using System.Text;
using XenKube.Posix;

namespace XenKube.Boot.Protocol;

/// <summary>
/// What the program says: lines on the terminal that libxl gives it, which libxl writes to /var/log/xen/bootloader.DOMID.log. Not by
/// .NET's Console, which sends the terminal escape sequences of its own.
/// </summary>
internal static class BootLog
{
    private const int StandardOutput = 1;
    private const int LongestLine = 2000;

    /// <summary>Says a sentence. What a guest has brought in can do nothing to a terminal. Nobody may listen.</summary>
    public static void Say(string sentence)
    {
        var text = Printable.Of(sentence, LongestLine);
        Libc.TryWrite(StandardOutput, Encoding.UTF8.GetBytes($"xenkube-boot: {text}{(text.EndsWith('.') ? "" : ".")}\n"));
    }

    /// <summary>Prints a text as it is.</summary>
    public static void Print(string text) => Libc.TryWrite(StandardOutput, Encoding.UTF8.GetBytes(text));
}
