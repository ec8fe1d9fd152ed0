using System.Text.RegularExpressions;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>A default and a place in XENDIR are written down once.</summary>
public sealed class DefaultsTests
{
    /// <summary>What may be said in one file only, and that file.</summary>
    [Theory]
    [InlineData("192\\.168\\.100\\.1(?![0-9])|192, 168, 100", "GuideDefaults.cs")]
    [InlineData("virbr1", "GuideDefaults.cs")]
    [InlineData("00:16:3e:4e:31", "GuideDefaults.cs")]
    [InlineData("/var/lib/dnsmasq", "GuideDefaults.cs")]
    [InlineData("dnsmasq@", "GuideDefaults.cs")]
    [InlineData("\"rtl8139\"", "GuideDefaults.cs")]
    [InlineData("Port \\{ get; init; \\} = [0-9]|Memory \\{ get; init; \\} = [0-9]|VCpus \\{ get; init; \\} = [0-9]", null)]
    [InlineData("\"(images|guests)\"|Combine\\([^)]*\"nginx\"", "XenDirLayout.cs")]
    [InlineData("\"(\\*)?\\.(cfg|img|ct|ct\\.tmpl)\"", "XenDirLayout.cs")]
    public void Value_is_written_in_one_file(string pattern, string? file)
    {
        var found = Directory.EnumerateFiles(Path.Combine(Project.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Select((line, index) => (Path: path, Line: line, Number: index + 1)))
            .Where(line => !line.Line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line.Line, pattern))
            .ToList();
        Assert.Equal(file is null ? [] : new[] { file }, found.Where(line => Path.GetFileName(line.Path) == file).Select(line => Path.GetFileName(line.Path)).Distinct());
        var others = found.Where(line => Path.GetFileName(line.Path) != file).Select(line => $"{line.Path}:{line.Number}: {line.Line.Trim()}").ToList();
        Assert.True(others.Count == 0, string.Join('\n', others));
    }

    [Fact]
    public void Settings_host_and_guests_have_the_same_defaults()
    {
        var (settings, host, guests) = (new XenSettings(), new HostOptions("/x"), new GuestDefaults());
        Assert.Equal((settings.Address, settings.Port, settings.Bridge, settings.MacPrefix, settings.ReservationsFile), (host.Address.ToString(), host.Port, host.Bridge, host.MacPrefix, host.ReservationsFile));
        Assert.Equal((settings.Bridge, settings.Memory, settings.VCpus, settings.MacPrefix), (guests.Bridge, guests.Memory, guests.VCpus, guests.MacPrefix));
        Assert.Equal((guests.Bridge, guests.Model), (XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")).Bridge, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")).Model));
        Assert.Equal(("http://192.168.100.1/", "virbr1", "00:16:3e:4e:31", 1024), (settings.BaseUri.AbsoluteUri, settings.Bridge, settings.MacPrefix, settings.Memory));
    }
}
