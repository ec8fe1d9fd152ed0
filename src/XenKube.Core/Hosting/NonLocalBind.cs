using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// A site on the bridge's address needs that address when nginx starts, or nginx does not start at all, with every other site of the host.
/// At boot the bridge may come later. <c>ip_nonlocal_bind</c> (ip-sysctl of the kernel's documentation) lets a program listen at an address
/// that is not there yet.
/// </summary>
/// <param name="root">Where the host's files are; <c>/</c> but in tests.</param>
/// <param name="address">The address of the site.</param>
internal sealed partial class NonLocalBind(string root, IPAddress address)
{
    private const string FileName = "60-xenkube-nginx.conf";

    // sysctl.d(5).
    private static readonly string[] Folders = ["etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d"];

    private string Family => address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";

    /// <summary>The file that sets it at boot.</summary>
    public string Path => System.IO.Path.Combine(root, "etc/sysctl.d", FileName);

    /// <summary>The change of that file; empty where the address is always there, or the host sets it already.</summary>
    public IEnumerable<FileChange> ToChanges()
    {
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IsSetElsewhere())
        {
            return [];
        }
        var text =
            $"# nginx listens at {address}, the address of the guests' bridge. Without this, nginx with all of its sites does not\n# start at boot if the bridge comes up later.\nnet.{Family}.ip_nonlocal_bind = 1\n";
        return [FileChange.Directory(System.IO.Path.GetDirectoryName(Path)!), FileChange.Content(Path, Encoding.UTF8.GetBytes(text))];
    }

    /// <summary>Sets it for the kernel that runs; at the next boot the file does.</summary>
    public void Set()
    {
        if (!File.Exists(Path))
        {
            return;
        }
        try
        {
            File.WriteAllText(System.IO.Path.Combine(root, $"proc/sys/net/{Family}/ip_nonlocal_bind"), "1\n");
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // In a container /proc/sys is read-only; the file is used at the next boot of the host.
        }
    }

    private bool IsSetElsewhere() => Files().Where(file => file != Path)
        .Any(file => Setting().Matches(WholeFile.TryReadText(file) ?? "").Any(match => match.Groups["family"].Value == Family));

    private IEnumerable<string> Files()
    {
        var directories = Folders.Select(name => System.IO.Path.Combine(root, name)).Where(Directory.Exists);
        return directories.SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf"))
            .Append(System.IO.Path.Combine(root, "etc/sysctl.conf"));
    }

    [GeneratedRegex(@"^\s*net[./](?<family>ipv[46])[./]ip_nonlocal_bind\s*=\s*1\s*$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Setting();
}
